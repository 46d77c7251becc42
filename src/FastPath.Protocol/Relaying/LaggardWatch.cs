using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Relaying;

/// <summary>Decides when one of several readers of a ring has held the others up for too long.</summary>
/// <remarks>
/// The clock of a member begins when whoever fills the ring waits for room and the member is half a window or more behind the
/// one that is furthest. It ends when the member has come nearer than that again, not with every byte it takes: one that is
/// slower for good is dropped like one that stands still. Members that are equally slow, none of them ahead, hold nobody up.
/// </remarks>
internal sealed class LaggardWatch
{
    // A member that keeps up is within what is in flight; one that does not is soon a whole window behind.
    private const int LagDivisor = 2;

    private readonly List<Entry> _entries = [];

    /// <param name="member">Counts as one that may be ahead, whatever its bound.</param>
    /// <param name="bound">How long it may hold the others up; null for ever.</param>
    /// <param name="isAwaited">False for one that nobody waits for: that it is ahead means nothing.</param>
    public void Add(IFanOutMember member, Duration? bound, bool isAwaited = true) => _entries.Add(new Entry(member, bound, isAwaited));

    /// <summary>The same for a ring that a peer fills: it waits when it has used its credit, until the stream has ended.</summary>
    public Instant Observe(Instant now, ReceiveStream source) => Observe(
        now, source.IsWaitingForReader, source.HasEnded ? 0 : source.Granted - source.Ring.ReclaimedTo);

    /// <summary>Looks at everybody and drops who is overdue.</summary>
    /// <param name="now">Never earlier than at the call before.</param>
    /// <param name="isSourceWaiting">Whoever fills the ring could go on if there were room.</param>
    /// <param name="windowBytes">How far the furthest may be ahead of the last; 0 when nothing is held up any more.</param>
    /// <returns>When the next one may be overdue; never when no clock runs.</returns>
    public Instant Observe(Instant now, bool isSourceWaiting, long windowBytes)
    {
        long furthest = long.MinValue;
        foreach (Entry entry in _entries)
        {
            furthest = entry.IsAwaited && entry.Member.IsLive ? Math.Max(furthest, entry.Member.Position) : furthest;
        }

        Instant next = Instant.Never;
        foreach (Entry entry in _entries)
        {
            if (entry.Bound is not { } bound || !entry.Member.IsLive)
            {
                continue;
            }

            long lag = furthest - entry.Member.Position;
            if (windowBytes <= 0 || lag * LagDivisor < windowBytes)
            {
                entry.Since = Instant.Never;
                continue;
            }

            if (entry.Since == Instant.Never)
            {
                entry.Since = isSourceWaiting ? now : Instant.Never;
            }

            if (entry.Since != Instant.Never && now - entry.Since >= bound)
            {
                entry.Member.DropTooSlow(now);
                continue;
            }

            next = Instant.Min(next, entry.Since + bound);
        }

        return next;
    }

    private sealed class Entry(IFanOutMember member, Duration? bound, bool isAwaited)
    {
        public bool IsAwaited => isAwaited;

        public IFanOutMember Member { get; } = member;

        public Duration? Bound { get; } = bound;

        public Instant Since { get; set; } = Instant.Never;
    }
}
