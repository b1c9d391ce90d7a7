using System.Text;

namespace Lab.Files;

/// <summary>The page SCENARIOS.md: all keys, a table for each part.</summary>
internal static class Reference
{
    private const string Introduction = """
        # The words of scenarios and topologies

        A **scenario** file says what happens: policies, what varies, workload, faults, what must hold. A **topology**
        file says who is connected to whom. Both are strict YAML: what is unknown or out of range is refused with its
        place and the nearest word.

        ```yaml
        # topologies/one-phone.yaml
        servers: {example.org: {}}
        clients: {phone: {server: example.org, link: mobile}}
        links: {mobile: {delay: 35ms, up: 5Mbit/s, down: 20Mbit/s}}
        ```

        ```yaml
        # scenarios/dead-link.yaml, shortened
        topology: one-phone
        duration: 2h
        policies: {ping: {ping: {every: 60s, timeout: 20s}}, nothing: {}}
        vary: {clients.phone.policy: [nothing, ping]}
        workload: [{from: phone, to: echo@example.org, every: 10m}]
        faults: [{at: 30m, cut: phone, for: 20m}]
        expect: [{metric: detection.client.p95, below: 90s, when: {clients.phone.policy: ping}}]
        ```

        - **Quantities carry their unit.** A time is in us, ms, s, m, h or d (`250ms`, `90s`, `1.5h`), a size in B, kB,
          MB, GB, KiB, MiB or GiB, a rate in bit/s, kbit/s, Mbit/s or Gbit/s, a share in %. Plain numbers count what the
          table says.
        - **A path** leads to a value of scenario and topology, for `vary`, `baseline`, `when` and `--set`:
          `clients.phone.policy`, `links.mobile.delay`, `faults[0].for`. It may go on into a policy or link that is only
          named.
        - **Names** of policies and links are those of the files first, then the presets (`lab show presets`, `lab show
          links`).
        - `none` switches off a part that has a default or stands in a preset; `forever` lifts a limit.
        - `lab show keys PATH` prints a part of this page; `lab schema` the same for editors; `lab check FILES` what is
          wrong.

        This page is made from the records that the files become (`make accept`); edit their comments, not this page.

        """;

    public static string Text()
    {
        var text = new StringBuilder(Introduction).Append('\n');
        text.AppendJoin(" · ", KeyTree.All.Select(p => $"[{p.Name}](#{p.Name})")).Append('\n');
        foreach (Part part in KeyTree.All) Add(text, part);
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Add(StringBuilder text, Part part)
    {
        text.Append($"\n## {part.Name}\n\n{part.Meaning}\n");
        if (part.Example.Length > 0) text.Append($"Example: `{part.Example}`\n");
        text.Append("\n| key | meaning | unit, range | without it | example |\n|---|---|---|---|---|\n");
        foreach (Key key in part.Keys)
        {
            string limits = string.Join(", ", new[] { key.Unit, key.Range }.Where(t => t.Length > 0));
            string usual = key.Required ? "**needed**" : key.Absent.Length == 0 && key.Default is not null
                ? $"`{key.Default}`" : key.Otherwise;
            string below = key.Part is { } inner ? $" Keys: [{inner.Name}](#{inner.Name})." : "";
            text.Append($"| `{key.Name}` | {Cell(key.Meaning)}{below} | {Cell(limits)} | {Cell(usual)} ")
                .Append($"| `{Cell(key.Example)}` |\n");
        }
        foreach (Key key in part.Keys.Where(k => k.Allowed.Count > 0 && k.Name != "metric"))
            text.Append($"\nWords of `{key.Name}`:\n\n")
                .AppendJoin('\n', key.Allowed.Select(a => $"- `{a.Word}`: {a.Meaning}")).Append('\n');
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
