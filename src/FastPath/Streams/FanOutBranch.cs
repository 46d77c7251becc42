using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>One target while it takes bytes: how far it is, and how it ended.</summary>
internal abstract class FanOutBranch(LaggardPolicy policy)
{
    public LaggardPolicy Policy { get; } = policy;

    /// <summary>Taken without a gap.</summary>
    public abstract long TakenBytes { get; }

    public abstract bool HasEnded { get; }

    /// <summary>Null while it lives, and when it has everything.</summary>
    public abstract FastPathException? Failure { get; }

    public virtual long SpilledBytes => 0;

    /// <summary>What a watch sees of it.</summary>
    public abstract IFanOutMember Member { get; }

    public Duration? Bound => Policy.Bound is { } bound ? Duration.FromTimeSpan(bound) : null;

    public FanOutTargetState StateAt(long frontier)
    {
        long taken = TakenBytes;
        return new FanOutTargetState(taken, Math.Max(0, frontier - taken), SpilledBytes, HasEnded, Failure?.Error);
    }
}
