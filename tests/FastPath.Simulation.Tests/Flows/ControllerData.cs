using FastPath.Protocol.Congestion;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Every controller: each passes the same scenarios.</summary>
public sealed class ControllerData : TheoryData<string>
{
    public ControllerData()
    {
        foreach (string name in Enum.GetNames<CongestionAlgorithm>())
        {
            Add(name);
        }
    }

    internal static CongestionAlgorithm Parse(string name) => Enum.Parse<CongestionAlgorithm>(name);
}
