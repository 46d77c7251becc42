using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>
/// The losses of one round trip, which cost one reduction together, and whether each of them turned out to be none.
/// </summary>
internal sealed class LossEpisode
{
    private int _lost;
    private int _arrived;

    /// <summary>0 before the first one.</summary>
    public int Number { get; private set; }

    /// <summary>What left until then belongs to it.</summary>
    public Instant StartedAt { get; private set; } = new(-1);

    /// <summary>None of its packets has arrived late.</summary>
    public bool IsCertain => _arrived == 0;

    public bool Covers(Instant sentAt) => sentAt <= StartedAt;

    /// <returns>True when a new episode begins with what left at <paramref name="newestSentAt"/>.</returns>
    public bool TryBegin(Instant now, Instant newestSentAt)
    {
        if (Covers(newestSentAt))
        {
            return false;
        }

        Number++;
        StartedAt = now;
        _lost = 0;
        _arrived = 0;
        return true;
    }

    public void OnLost() => _lost++;

    /// <summary>A packet that was declared lost in episode <paramref name="number"/> has arrived.</summary>
    /// <returns>True when it was the last one missing of the newest episode: that episode was none.</returns>
    public bool OnArrived(int number)
    {
        if (number != Number)
        {
            return false;
        }

        _arrived++;
        return _arrived == _lost;
    }
}
