using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Transfers;

/// <summary>How one transfer ended.</summary>
internal sealed record TransferResult(TransferPlan Plan)
{
    /// <summary>The sink has every byte, as sent.</summary>
    public bool IsIdentical { get; init; }

    /// <summary>What the sink was told, or the source when the sink never heard of it; null when nobody is left who was told.</summary>
    public StreamErrorCode? Failure { get; init; }

    /// <summary>The fault came before the end of the transfer.</summary>
    public bool FaultHappened { get; init; }

    /// <summary>From the opening of the stream until the last one was told of its end.</summary>
    public Duration Time { get; init; }

    public long PayloadBytesSent { get; init; }

    public long PayloadBytesSentAgain { get; init; }

    /// <summary>What must not be; empty when all is well.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];
}
