using Lab.Experiments;
using Lab.Live;

namespace Lab.Tests;

/// <summary>A test against Prosody: skipped, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProsodyFactAttribute : FactAttribute
{
    public ProsodyFactAttribute() => Skip = Stage.Lacks(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Lab));
}

/// <summary>A test against slixmpp.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlixmppFactAttribute : FactAttribute
{
    public SlixmppFactAttribute() => Skip = Stage.Lacks(Stage.Topology(ServerSoftware.Lab, ClientSoftware.Slixmpp));
}

/// <summary>A test against both.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProsodyAndSlixmppFactAttribute : FactAttribute
{
    public ProsodyAndSlixmppFactAttribute() =>
        Skip = Stage.Lacks(Stage.Topology(ServerSoftware.Prosody, ClientSoftware.Slixmpp));
}

/// <summary>The same with a table.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ProsodyTheoryAttribute : TheoryAttribute
{
    public ProsodyTheoryAttribute() => Skip = new ProsodyFactAttribute().Skip;
}
