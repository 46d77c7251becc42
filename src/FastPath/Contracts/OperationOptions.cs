namespace FastPath.Contracts;

/// <summary>Wishes of one operation.</summary>
public sealed record OperationOptions
{
    /// <summary>No wishes.</summary>
    public static OperationOptions Default { get; } = new();

    /// <summary>Stream it where the stage of the rollout is OptIn, at this node and at every one on its way.</summary>
    public bool Streaming { get; init; }

    /// <summary>Of the state that is put, as its owner counts: at most 2^62 - 1.</summary>
    public ulong StateVersion { get; init; }

    /// <summary>Let the nodes on the way pass updates of the contract back to this one, for as long as they are connected.</summary>
    public bool Subscribe { get; init; }
}
