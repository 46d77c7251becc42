using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>Frozen values of the operations of a node.</summary>
internal sealed record OperationSettings
{
    public static readonly OperationSettings Default = new();

    public byte HopsToLive { get; init; } = 10;

    /// <summary>Relays pass streams on as they come; otherwise they take each whole first.</summary>
    public bool IsPiped { get; init; } = true;

    /// <summary>Relays keep what passes through them.</summary>
    public bool Caches { get; init; } = true;

    /// <summary>Requests of this node ask for answers that carry proofs; those that it passes on ask as they were asked.</summary>
    public bool AsksForProofs { get; init; } = true;

    /// <summary>A node that was asked says something within this, plus a part for every hop that it may ask in its turn.</summary>
    public Duration SearchTimeout { get; init; } = Duration.FromSeconds(5);

    public Duration SearchTimeoutPerHop { get; init; } = Duration.FromSeconds(1);

    /// <summary>A node that was sent a contract says within this after the last byte what became of it.</summary>
    public Duration PutResultTimeout { get; init; } = Duration.FromSeconds(35);
}
