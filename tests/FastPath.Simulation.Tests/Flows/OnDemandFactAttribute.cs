namespace FastPath.Simulation.Tests.Flows;

/// <summary>A run of minutes: only when the environment variable names the file that it writes.</summary>
public sealed class OnDemandFactAttribute : FactAttribute
{
    public const string GridFile = "FASTPATH_GRID";

    public OnDemandFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(GridFile) is null)
        {
            Skip = $"set {GridFile} to the file that is to be written";
        }
    }
}
