using FastPath.Protocol.Operations;

namespace FastPath.Rollout;

/// <summary>One payload that takes both ways: what was sent, how long each way took, and what the other end has seen.</summary>
/// <param name="what">The operation and its key, for people.</param>
/// <param name="transaction">Of the operation.</param>
internal sealed class ShadowRun(string what, UInt128 transaction)
{
    // The two ways end on different threads, and a nullable time is two words.
    private long _wholeTicks = -1;

    public string What => what;

    public UInt128 Transaction => transaction;

    /// <summary>What a node that is not at this stage, or has no room, never answers ends here.</summary>
    public TaskCompletionSource<ShadowDigest> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long the whole message took, to the last acknowledgement; null until then, or when it failed.</summary>
    public TimeSpan? WholeTook
    {
        get => Volatile.Read(ref _wholeTicks) is var ticks and >= 0 ? TimeSpan.FromTicks(ticks) : null;
        set => Volatile.Write(ref _wholeTicks, value?.Ticks ?? -1);
    }
}
