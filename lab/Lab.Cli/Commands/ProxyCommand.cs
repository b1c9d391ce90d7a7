using System.CommandLine;
using System.Globalization;
using Lab.Experiments;
using Lab.Files;
using Lab.Toxiproxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Lab.Cli;

/// <summary>lab proxy: the fault proxy as a program, until it is told to stop.</summary>
internal static class ProxyCommand
{
    private static readonly string[] Modes = ["toxiproxy", "strict"];

    public static Command Word(Terminal terminal, CancellationToken stop)
    {
        var host = new Option<string>("--host") { Description = "Where the HTTP API listens; whoever reaches it "
            + "can open ports here.", DefaultValueFactory = _ => "127.0.0.1", HelpName = "address" };
        Option<int> port = CommandLine.Number("--port", 0, 65535, "port", "Port of the HTTP API; 0 is any free one.");
        port.DefaultValueFactory = _ => 8474;
        var allowed = new Option<string[]>("--allow-host") { Description = "A name by which the API may be asked, "
            + "besides addresses and localhost; * is any.", DefaultValueFactory = _ => [], HelpName = "name" };
        var config = new Option<string?>("--config") { Description = "Proxies from the start: Toxiproxy's "
            + "JSON array of name, listen, upstream, enabled, and toxics, which are set.", HelpName = "file" };
        var seed = new Option<ulong?>("--seed") { Description = "Makes jitter, toxicity and slices repeat.",
            HelpName = "n" };
        var mode = new Option<string>("--mode") { Description = "toxiproxy, or strict: half-closes and resets "
            + "are passed on, toxicity is drawn once per connection, a change leaves other toxics' chunks alone.",
            DefaultValueFactory = _ => "toxiproxy", HelpName = "name" };
        var command = new Command("proxy", """
            Serves a fault-injecting TCP proxy that speaks Toxiproxy's HTTP API, until Ctrl-C.

            Examples:
              lab proxy
              lab proxy --config proxies.json --seed 7
              curl -d '{"name":"xmpp","listen":"127.0.0.1:15222","upstream":"127.0.0.1:5222"}' 127.0.0.1:8474/proxies
              curl -d '{"type":"latency","attributes":{"latency":300}}' 127.0.0.1:8474/proxies/xmpp/toxics

            Warnings go to standard error; LAB_Logging__LogLevel__Lab.Proxy=Information tells more.
            Exit code: 0 stopped, 2 bad input or a port in use.
            """) { host, allowed, port, config, seed, mode };
        command.SetAction(parsed =>
        {
            string chosen = parsed.GetValue(mode)!;
            int number = parsed.GetValue(port);
            if (!Modes.Contains(chosen)) return Refuse(terminal, $"--mode: there is no mode '{chosen}'"
                + Words.OneOf(chosen, Modes));
            IReadOnlyList<ProxyRequest> proxies = [];
            if (parsed.GetValue(config) is { } file)
            {
                var problems = new Problems();
                proxies = ProxyFile.Read(file, chosen == "strict", problems, terminal.Error);
                if (problems.Any) return Refuse(terminal, problems.ToString().TrimEnd('\n'));
            }
            return RunAsync(terminal, stop, new ToxiproxyOptions
            {
                Host = parsed.GetValue(host)!, Port = number, Seed = parsed.GetValue(seed), Strict = chosen == "strict",
                Proxies = proxies, AllowedHosts = parsed.GetValue(allowed)!,
            }).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, CancellationToken stop, ToxiproxyOptions options)
    {
        (ToxiproxyServer? server, string problem) = await ToxiproxyServer.StartAsync(options, Host());
        if (server is null)
        {
            bool taken = problem.Contains($":{options.Port}: bind", StringComparison.Ordinal);
            return Refuse(terminal, problem + (taken ? "; --port 0 takes any free one" : ""));
        }
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"API on http://{server.Address}"));
        foreach (ProxyRequest proxy in options.Proxies.Where(p => p.Enabled))
            terminal.Out.WriteLine($"{proxy.Name} on {server.ListenOf(proxy.Name)} for {proxy.Upstream}");
        await server.RunAsync(stop);
        return ExitCode.Pass;
    }

    private static WebApplicationBuilder Host()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddEnvironmentVariables("LAB_");
        // the host would tell of a taken port in forty lines
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft", LogLevel.Critical)
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(o => (o.SingleLine, o.ColorBehavior) = (true, LoggerColorBehavior.Disabled));
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        return builder;
    }

    private static int Refuse(Terminal terminal, string message)
    {
        terminal.Error.WriteLine(message);
        return ExitCode.BadInput;
    }
}
