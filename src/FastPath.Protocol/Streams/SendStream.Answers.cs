using System.Diagnostics;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>What the receiver answers: to an offer before any byte, and of the payload's fate behind the last one.</summary>
internal sealed partial class SendStream
{
    private DeliveryLevel _reportedLevel;

    /// <summary>The receiver has not said yet whether it wants the bytes, and from where on.</summary>
    public bool IsAwaitingAnswer => _ring is null && !_hasEnded && AcceptedFrom < 0;

    /// <summary>Where the receiver wants the bytes to begin; -1 until it has accepted the offer.</summary>
    public long AcceptedFrom { get; private set; } = -1;

    /// <summary>The receiver has the payload already: none of it was sent.</summary>
    public bool IsHeldAlready { get; private set; }

    /// <summary>What is known of the payload's way; never more than the truth.</summary>
    public DeliveryLevel Level =>
        _reportedLevel > DeliveryLevel.Acknowledged ? _reportedLevel
        : FinalSize < 0 || HighestSent < FinalSize || !_toSend.IsEmpty || _owesFin ? DeliveryLevel.Queued
        : AcknowledgedTo < FinalSize ? DeliveryLevel.Sent
        : DeliveryLevel.Acknowledged;

    /// <summary>The receiver of an offer wants the bytes from an offset on; its ring is to follow.</summary>
    public void Accept(long from, long initialCredit, Instant now)
    {
        AcceptedFrom = from;
        Description = Description with { StartOffset = from };
        HighestSent = from;
        Credit = from + initialCredit;
        LastProgressAt = now;
        _openAcknowledged = true;
        _owesOpen = false;
        _listener.OnAccepted(this, now);
    }

    /// <summary>Gives an accepted stream what it is sent from.</summary>
    /// <param name="ring">Begins where the receiver wants the bytes to begin.</param>
    /// <param name="cursor">A cursor over the ring, for this stream alone; given back at once when the stream has ended meanwhile.</param>
    /// <param name="listener">Told of everything from now on, also of an end that came before.</param>
    public void Begin(FragmentRing ring, RingCursor cursor, ISendListener listener)
    {
        Debug.Assert(ring.StartOffset == AcceptedFrom);
        _listener = listener;
        if (_hasEnded)
        {
            ring.RemoveCursor(cursor);
            listener.OnSendEnded(this, _endCode);
            return;
        }

        _ring = ring;
        _cursor = cursor;
    }

    /// <summary>The receiver has the payload already.</summary>
    public void EndHeld()
    {
        IsHeldAlready = true;
        _reportedLevel = DeliveryLevel.Committed;
        End(StreamErrorCode.None);
    }

    /// <summary>The destination reports how far the payload has got.</summary>
    /// <returns>False when that was known, or cannot be.</returns>
    public bool TryRaise(DeliveryLevel level)
    {
        if (level <= _reportedLevel || level is not (DeliveryLevel.Consumed or DeliveryLevel.Committed))
        {
            return false;
        }

        _reportedLevel = level;
        _listener.OnDelivered(this, level);
        return true;
    }

    /// <summary>No report will come any more: the level stays what it is.</summary>
    public void EndReports() => _listener.OnReportsEnded(this);
}
