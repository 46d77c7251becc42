using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Which packets have come, and when the peer must be told (decision D4).</summary>
/// <remarks>
/// Ranges are bounded: the oldest is forgotten beyond <see cref="RangesMax"/>, which costs the peer a retransmission at
/// worst. Packets that carry only an ACK never cause one (scenario F5); a duplicate is acknowledged again (F4).
/// </remarks>
internal sealed class AckTracker(Duration maxAckDelay)
{
    private const int RangesMax = 64;
    private const int RangesFirst = 4;
    private const int PingAfterPackets = 64;
    private const int HeldPacketsMax = 16;

    // In the middle of a long burst: the sender's window need not be so wide as the burst.
    private const int PacketsPerAckMax = 64;

    // Oldest first, so that the usual packet extends the last entry.
    private AckRange[] _ranges = new AckRange[RangesFirst];
    private readonly ReplayWindow _eliciting = new();
    private int _count;
    private Instant _largestAt;
    private int _unansweredSends;
    private int _owed;
    private int _held;
    private int _elicitingSinceAck;

    /// <summary>When an ACK must have left; never while none is owed.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    public bool IsPending => Deadline != Instant.Never;

    /// <summary>All that is owed an ACK is about to be answered by packets of our own, which carry it: no batch's end sends it alone.</summary>
    public bool IsHeld => IsPending && _owed <= _held && _owed < HeldPacketsMax;

    /// <summary>The ACK may not wait for the end of the batch.</summary>
    public bool IsDue(Instant now) => IsPending && (_elicitingSinceAck >= PacketsPerAckMax || now >= Deadline);

    /// <summary>A one-way receiver adds a PING once per 64 packets, so that its ranges can be forgotten.</summary>
    public bool WantsPing => _unansweredSends > 0 && _unansweredSends % PingAfterPackets == 0;

    public void OnPacketReceived(ulong number, bool isAckEliciting, Instant now)
    {
        if (_count == 0 || number > _ranges[_count - 1].Largest)
        {
            _largestAt = now;
        }

        Insert(number);
        if (isAckEliciting)
        {
            _eliciting.TryRecord(number);
            _elicitingSinceAck++;
            Owe(now);
        }
    }

    /// <summary>A packet came again: the ACK for it was lost, so another is owed, unless it asked for none (scenario F5).</summary>
    public void OnDuplicate(ulong number, Instant now)
    {
        if (!_eliciting.IsNew(number))
        {
            Owe(now);
        }
    }

    /// <summary>The packet received last will soon be answered; its ACK may wait for that until <see cref="Deadline"/>.</summary>
    public void Hold() => _held += IsPending ? 1 : 0;

    /// <summary>Copies ranges newest first.</summary>
    public int CopyRanges(Span<AckRange> destination)
    {
        int count = Math.Min(_count, destination.Length);
        for (int i = 0; i < count; i++)
        {
            destination[i] = _ranges[_count - 1 - i];
        }

        return count;
    }

    public Duration DelayOfLargest(Instant now) => Duration.Max(now - _largestAt, Duration.Zero);

    public void OnAckSent(bool withElicitingFrames)
    {
        Deadline = Instant.Never;
        _owed = 0;
        _held = 0;
        _elicitingSinceAck = 0;
        _unansweredSends = withElicitingFrames ? 0 : _unansweredSends + 1;
    }

    /// <summary>The peer has seen an ACK up to <paramref name="largest"/>: nothing at or below it need be repeated.</summary>
    public void OnAckAcknowledged(ulong largest)
    {
        int drop = 0;
        while (drop < _count - 1 && _ranges[drop].Largest <= largest)
        {
            drop++;
        }

        RemoveOldest(drop);
    }

    private void Owe(Instant now)
    {
        _owed++;
        if (!IsPending)
        {
            Deadline = now + maxAckDelay;
        }
    }

    private void Insert(ulong number)
    {
        int index = _count - 1;
        while (index >= 0 && _ranges[index].Smallest > number)
        {
            index--;
        }

        // Now the range at index (if any) begins at or before the number, the one after it begins later.
        if (index >= 0 && number <= _ranges[index].Largest)
        {
            return;
        }

        bool joinsLower = index >= 0 && _ranges[index].Largest + 1 == number;
        bool joinsUpper = index + 1 < _count && number + 1 == _ranges[index + 1].Smallest;
        if (joinsLower && joinsUpper)
        {
            _ranges[index] = new AckRange(_ranges[index].Smallest, _ranges[index + 1].Largest);
            Array.Copy(_ranges, index + 2, _ranges, index + 1, _count - index - 2);
            _count--;
        }
        else if (joinsLower)
        {
            _ranges[index] = _ranges[index] with { Largest = number };
        }
        else if (joinsUpper)
        {
            _ranges[index + 1] = _ranges[index + 1] with { Smallest = number };
        }
        else
        {
            InsertAlone(index + 1, number);
        }
    }

    private void InsertAlone(int index, ulong number)
    {
        if (_count == RangesMax)
        {
            if (index == 0)
            {
                return;
            }

            RemoveOldest(1);
            index--;
        }
        else if (_count == _ranges.Length)
        {
            Array.Resize(ref _ranges, _ranges.Length * 2);
        }

        Array.Copy(_ranges, index, _ranges, index + 1, _count - index);
        _ranges[index] = new AckRange(number, number);
        _count++;
    }

    private void RemoveOldest(int count)
    {
        Array.Copy(_ranges, count, _ranges, 0, _count - count);
        _count -= count;
    }
}
