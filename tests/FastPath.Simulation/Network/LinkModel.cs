using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What a simulated path does to datagrams; probabilities are in [0, 1].</summary>
internal sealed record LinkModel
{
    public Duration Delay { get; init; } = Duration.FromMilliseconds(10);

    /// <summary>Added at random; more than the spacing of datagrams reorders them.</summary>
    public Duration Jitter { get; init; } = Duration.Zero;

    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>Chance that one bit is flipped.</summary>
    public double Corruption { get; init; }
}
