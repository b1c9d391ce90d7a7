namespace Lab.Tests;

/// <summary>Tests that weigh the whole heap of the process run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
