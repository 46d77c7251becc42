namespace FastPath.Simulation.Tests.Flows;

/// <summary>A run that writes something: only when the environment variable names where to.</summary>
public sealed class OnDemandFactAttribute : FactAttribute
{
    public const string GridFile = "FASTPATH_GRID";

    public const string BedFile = "FASTPATH_BED";

    public const string TraceDirectory = "FASTPATH_TRACES";

    public OnDemandFactAttribute(string variable)
    {
        Variable = variable;
        if (Environment.GetEnvironmentVariable(variable) is null)
        {
            Skip = $"set {variable} to what is to be written";
        }
    }

    public string Variable { get; }
}
