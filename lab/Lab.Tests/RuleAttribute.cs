namespace Lab.Tests;

/// <summary>The test proves the rule of that id in lab/RULES.md.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RuleAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
