namespace FastPath.Tests;

/// <summary>Tests that count allocations of the whole process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsAlone
{
    public const string Name = "runs alone";
}
