using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using Lab.Experiments;
using Lab.Files;

namespace Lab.Cli;

/// <summary>The words of the command line and what they call.</summary>
internal sealed class CommandLine(Engine engine, Terminal terminal, CancellationToken stop)
{
    private readonly Argument<string[]> files = new("FILE") { Description = "Scenario files (YAML).",
        Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> set = new("--set")
    {
        Description = "Changes one value of the scenario or its topology; a path that varies is fixed to the value. "
            + "A list of values, as in 'links.mobile.delay=[35ms, 1s]', varies over them. May be given more than once.",
        HelpName = "path=value",
    };
    private readonly Option<string[]> vary = new("--vary")
    {
        Description = "Varies over these values, in place of what the file varies at the path or besides it. May be "
            + "given more than once.",
        HelpName = "path=a,b,c",
    };
    private readonly Option<string?> network = new("--network")
    {
        Description = "Which networks to run on: simulated (virtual time), proxied (real sockets, real time), or both "
            + "as simulated,proxied; else what the file says, else simulated.",
        HelpName = "names",
    };

    /// <summary>Runs a command line and returns its exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        if (arguments is ["--version" or "-v" or "-V" or "version"])
        {
            terminal.Out.WriteLine(Version);
            return ExitCode.Pass;
        }
        if (arguments.Count == 0 && terminal.Choose is not null) arguments = ["new"];
        if (arguments is ["help", ..]) arguments = [.. arguments.Skip(1).Take(1), "--help"];
        RootCommand root = Root();
        Command? chosen = root.Subcommands.FirstOrDefault(c => c.Name == arguments.FirstOrDefault());
        if (Misspelt(root, chosen, arguments) is { } message)
        {
            terminal.Error.WriteLine(message);
            return ExitCode.BadInput;
        }
        if (chosen is null)
            foreach (Command command in root.Subcommands) command.Description = command.Description!.Split('\n')[0];
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            string command = parsed.CommandResult.Command is RootCommand ? "lab"
                : "lab " + parsed.CommandResult.Command.Name;
            foreach (ParseError error in parsed.Errors) terminal.Error.WriteLine(Told(error, command));
            terminal.Error.WriteLine($"{command} --help explains.");
            return ExitCode.BadInput;
        }
        try
        {
            int code = parsed.Invoke(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error,
                EnableDefaultExceptionHandler = false });
            if (terminal.Lost() is not { } reason) return code;
            terminal.Error.WriteLine($"standard output did not take everything: {reason}");
            return ExitCode.Worst(code, ExitCode.Unknown);
        }
        catch (Exception e)   // said in words, and with an exit code of the lab's rather than a signal
        {
            Breakage.Tell(terminal, "This broke inside the lab", e,
                string.Join(' ', arguments.Select(Passwords.HiddenSet).Select(CommandText.Quote).Prepend("lab")));
            return ExitCode.Unknown;
        }
    }

    /// <summary>0.1.0+commit</summary>
    public static string Version =>
        typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";

    // the parser's own words for what it misses name neither the argument nor what it is
    private static string Told(ParseError error, string command) => error.SymbolResult switch
    {
        ArgumentResult { Parent: CommandResult, Argument: { } missing } when error.Message.StartsWith(
            "Required argument", StringComparison.Ordinal) => $"{command} needs {missing.Name}: {missing.Description}",
        CommandResult { Command: { } chosen } when error.Message.StartsWith(
            "Required argument", StringComparison.Ordinal) => $"{command} needs {chosen.Arguments[0].Name}: "
                + chosen.Arguments[0].Description,
        OptionResult { Option: { } option } when error.Message.StartsWith(
            "Required argument", StringComparison.Ordinal) => $"{option.Name} needs a value: {option.HelpName}",
        _ => error.Message,
    };

    /// <summary>An option that takes a whole number, and says so to who gives it another word.</summary>
    public static Option<int> Number(string name, int least, int most, string helpName, string description) =>
        new(name)
        {
            Description = description, HelpName = helpName,
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                if (int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                    && number >= least && number <= most) return number;
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes a whole number ")
                    + (most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")
                    + $", found '{word}'");
                return 0;
            },
        };

    // what the parser would take for a file or report without a hint
    private static string? Misspelt(RootCommand root, Command? chosen, IReadOnlyList<string> arguments)
    {
        string[] commands = [.. root.Subcommands.Select(c => c.Name)];
        if (arguments.Count == 0) return $"a command is missing, one of {Words.List(commands)}; lab --help explains";
        if (chosen is null)
        {
            return arguments[0].StartsWith('-') ? null
                : $"there is no command '{arguments[0]}'{Words.OneOf(arguments[0], commands)}";
        }
        string[] options = [.. chosen.Options.Select(o => o.Name), "--help", "-h", "-?"];
        foreach (string argument in arguments.Skip(1).TakeWhile(a => a != "--"))
        {
            string name = argument.Split('=', ':')[0];
            if (name.StartsWith('-') && name.Length > 1 && !char.IsDigit(name[1]) && !options.Contains(name))
            {
                string hint = Words.Nearest(name, options) is { } near
                    ? $"; did you mean {near}?" : $", expected one of {Words.List(options[..^2])}";
                return $"lab {chosen.Name} has no option {name}{hint}";
            }
        }
        return null;
    }

    private RootCommand Root() => new("""
        Simulates XMPP clients, servers and the networks between them, to see who notices a dead connection, when, and
        at what cost.

        Begin with:
          lab new                             a scenario for your question, to run and to change
          lab explain dead-link.yaml          what it will do, in words
          lab run dead-link.yaml              what comes out
        """)
    {
        NewCommand.Word(terminal, stop), ExplainWord(), RunWord(), CheckWord(),
        ShowWord(), SchemaWord(), RepeatWord(), PlotCommand.Word(terminal, stop),
        ProxyCommand.Word(terminal, stop),
    };

    private Command RunWord()
    {
        var seed = new Option<string?>("--seed") { Description = "Runs these seeds only: 7, or 1,2,3, or 1..20.",
            HelpName = "seeds" };
        Option<int> jobs = Number("--jobs", 1, int.MaxValue, "n", "How many runs at the same time; every run stays on "
            + "one thread (else one per core, proxied: four, for they mostly wait).");
        var folder = new Option<string?>(
            "--out") { Description = "Writes the results into this directory, or, when it holds something already, "
                + "into one beside it: dir-2, dir-3, ... (else results/<scenario>/<date-time>).", HelpName = "dir" };
        var journal = new Option<bool>(
            "--journal") { Description = "Also writes what happened in the runs, entry by entry." };
        var quiet = new Option<bool>("--quiet") { Description = "Prints verdicts and paths only, and no progress." };
        var tables = new Option<bool>("--tables") { Description = "Prints whole tables of several files, too." };
        var noReport = new Option<bool>("--no-report") { Description = "Writes the data only: neither report.html nor "
            + "figures." };
        var noFigures = new Option<bool>("--no-figures") { Description = "Writes no pictures (figures/)." };
        var junit = new Option<string?>("--junit") { Description = "Also writes the expectations as test cases, in "
            + "JUnit XML: a suite per scenario.", HelpName = "file" };
        Option<OutputFormat> format = Format();
        var command = new Command("run", """
            Runs scenarios and reports what came out.

            Examples:
              lab run scenarios/dead-link.yaml
              lab run scenarios/dead-link.yaml --seed 7 --set clients.phone.policy=ping --no-report
              lab run scenarios/dead-link.yaml --network simulated,proxied --seed 1
              lab run scenarios/dead-link.yaml --set links.mobile.delay=300ms --set 'faults[0].for=5m'
              lab run scenarios/dead-link.yaml --vary clients.phone.policy=ping,conversations
              lab run scenarios/*.yaml --quiet --junit lab.xml
              lab run scenarios/*.yaml --format json --no-report | jq -r .answer

            Exit code: 0 all expectations hold, or there are none; 1 one failed; 2 bad input; 3 unknown; 130 stopped by
            Ctrl-C.
            """)
        {
            files, network, seed, set, vary, jobs, folder, journal, quiet, tables, noReport, noFigures, format, junit,
        };
        command.SetAction(parsed =>
        {
            int? wanted = parsed.GetResult(jobs) is null ? null : parsed.GetValue(jobs);
            string? refusal = Refusal(parsed.GetValue(network), parsed.GetValue(seed), parsed.GetValue(set),
                parsed.GetValue(vary), out Overrides overrides);
            if (parsed.GetValue(folder) is "") refusal = "--out is empty; name a directory, such as --out results/mine";
            if (refusal is not null)
            {
                terminal.Error.WriteLine(refusal);
                return ExitCode.BadInput;
            }
            return new RunCommand(engine, terminal, stop).Run(new RunRequest
            {
                Files = parsed.GetValue(files)!, Overrides = overrides,
                Jobs = wanted,
                Folder = parsed.GetValue(folder), Journal = parsed.GetValue(journal), Quiet = parsed.GetValue(quiet),
                Tables = parsed.GetValue(tables), Page = !parsed.GetValue(noReport),
                Figures = !parsed.GetValue(noReport) && !parsed.GetValue(noFigures),
                Format = parsed.GetValue(format), JUnit = parsed.GetValue(junit),
            });
        });
        return command;
    }

    private static Option<OutputFormat> Format() => new("--format")
    {
        Description = "text, or json: prints a summary per scenario on a line of its own (results/README.md, "
            + "summary.json) and nothing else; people read standard error.",
        HelpName = "format",
        CustomParser = result =>
        {
            string[] formats = [.. Enum.GetNames<OutputFormat>().Select(n => n.ToLowerInvariant())];
            string word = result.Tokens[0].Value;
            if (Array.IndexOf(formats, word) is >= 0 and int at) return Enum.GetValues<OutputFormat>()[at];
            result.AddError($"--format: there is no format '{word}'{Words.OneOf(word, formats)}");
            return OutputFormat.Text;
        },
    };

    private static string? Refusal(string? network, string? seed, string[]? sets, string[]? varies,
        out Overrides overrides)
    {
        overrides = new Overrides(sets ?? [], null) { Varies = varies ?? [] };
        if (network is not null)
        {
            overrides = overrides with { Networks = SetArgument.Networks(network, out string error) };
            if (overrides.Networks is null) return error;
        }
        if (seed is not null)
        {
            overrides = overrides with { Seeds = SetArgument.Seeds(seed, out string error) };
            if (overrides.Seeds is null) return error;
        }
        return null;
    }

    private Command CheckWord()
    {
        var command = new Command("check", """
            Checks scenario and topology files, prints everything that is wrong with them, changes nothing.

            Example:
              lab check scenarios/*.yaml topologies/*.yaml
              lab check scenarios/dead-link.yaml --vary links.mobile.delay=35ms,300ms
            """) { files, network, set, vary };
        command.SetAction(parsed =>
        {
            string? refusal = Refusal(parsed.GetValue(network), null, parsed.GetValue(set),
                parsed.GetValue(vary), out Overrides overrides);
            if (refusal is null) return CheckCommand.Run(parsed.GetValue(files)!, overrides, terminal, stop);
            terminal.Error.WriteLine(refusal);
            return ExitCode.BadInput;
        });
        return command;
    }

    private Command ExplainWord()
    {
        var seed = new Option<string?>("--seed") { Description = "As of lab run: 7, or 1,2,3, or 1..20.",
            HelpName = "seeds" };
        var command = new Command("explain", """
            Says in words what scenarios will do, without running them.

            How many runs, what goes wrong when, who takes part, every setting of each policy, what is judged, and what
            each network can show of it.

            Examples:
              lab explain scenarios/dead-link.yaml
              lab explain scenarios/dead-link.yaml --set clients.phone.policy=conversations --network proxied
            """) { files, network, seed, set, vary };
        command.SetAction(parsed =>
        {
            string? refusal = Refusal(parsed.GetValue(network), parsed.GetValue(seed), parsed.GetValue(set),
                parsed.GetValue(vary), out Overrides overrides);
            if (refusal is null) return ExplainCommand.Run(parsed.GetValue(files)!, overrides, terminal, stop);
            terminal.Error.WriteLine(refusal);
            return ExitCode.BadInput;
        });
        return command;
    }

    private Command ShowWord()
    {
        var what = new Argument<string>("WHAT")
        {
            Description = "presets, links, middleboxes, radios, sleep, faults, metrics, networks, os or keys.",
        };
        var name = new Argument<string?>("NAME") { Description = "One of them, in full.",
            Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", """
            Lists what scenario files can name, and how truly each network shows it.

            There are preset policies, links, middleboxes, radios and systems that let apps sleep, faults, metrics,
            networks, systems, and the keys of the files themselves.

            Examples:
              lab show presets
              lab show presets conversations
              lab show faults cut
              lab show metrics detection.client.p95
              lab show keys clients.phone.policy.ping
            """) { what, name };
        command.SetAction(parsed => ShowCommand.Run(parsed.GetValue(what)!, parsed.GetValue(name), terminal));
        return command;
    }

    private Command RepeatWord()
    {
        var seed = new Option<string?>("--seed") { Description = "The seed to repeat: 7.", HelpName = "seeds" };
        var emit = new Option<bool>("--emit") { Hidden = true };
        var command = new Command("repeat",
            "Runs each point of the scenarios twice in this process and once in another with other settings, and " + """
            compares the histories.

            Example:
              lab repeat scenarios/*.yaml

            Exit code: 0 everything repeats, 1 something does not (the first entry that differs is printed),
            """ + " 2 bad input, 3 a run broke.") { files, set, vary, seed, emit };
        command.SetAction(parsed =>
        {
            IReadOnlyList<ulong>? seeds = null;
            string error = "";
            if (parsed.GetValue(seed) is { } written && (seeds = SetArgument.Seeds(written, out error)) is null)
            {
                terminal.Error.WriteLine(error);
                return ExitCode.BadInput;
            }
            // only virtual time repeats
            var overrides = new Overrides(parsed.GetValue(set) ?? [], seeds, [NetworkKind.Simulated])
                { Varies = parsed.GetValue(vary) ?? [] };
            var repeat = new RepeatCommand(engine, terminal, stop);
            if (!parsed.GetValue(emit)) return repeat.Run(parsed.GetValue(files)!, overrides);
            using Stream output = Console.OpenStandardOutput();
            return repeat.Emit(parsed.GetValue(files)!, overrides, output);
        });
        return command;
    }

    private Command SchemaWord()
    {
        var kind = new Argument<string>("KIND") { Description = "scenario or topology.", DefaultValueFactory = _ =>
            "scenario" };
        var command = new Command("schema", """
            Prints the JSON Schema of a file kind, so that editors complete and check.

            Example:
              lab schema scenario > scenario.schema.json
            """) { kind };
        command.SetAction(parsed =>
        {
            string value = parsed.GetValue(kind)!;
            if (Schema.Of(value) is { } schema)
            {
                terminal.Out.WriteLine(schema);
                return ExitCode.Pass;
            }
            terminal.Error.WriteLine(
                $"there is no schema '{value}', expected scenario or "
                    + $"topology{Words.Hint(value, ["scenario", "topology"])}");
            return ExitCode.BadInput;
        });
        return command;
    }
}
