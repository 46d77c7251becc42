using System.Diagnostics;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>An ACK that came with a message waits until what answers the message has left: nobody waits for what it tells.</summary>
/// <remarks>
/// Of the time that a request spends here, a quarter was its ACK: the frames it tells of, the rate, the pace. It is held
/// for the rest of the turn at most: the next ACK, a timeout, and what is not urgent find it taken.
/// </remarks>
internal sealed partial class Connection
{
    private AckRange _heldRange;
    private Duration _heldDelay;
    private EcnCounts? _heldCounts;
    private bool _holdsAck;

    /// <summary>The packet that was built last is to leave before the next one is asked for: that takes the ACK first.</summary>
    private bool IsSentAtOnce => _holdsAck && !HasUrgent;

    /// <summary>Only what tells of packets that have left by now: a later one must not make it true.</summary>
    private bool TryHoldAck(ReadOnlySpan<AckRange> ranges, Duration delay)
    {
        if (ranges.Length != 1 || ranges[0].Largest >= _recovery.NextPacketNumber)
        {
            return false;
        }

        _heldRange = ranges[0];
        _heldDelay = delay;
        _heldCounts = _ecnOfPeer;
        _holdsAck = true;
        return true;
    }

    private void TakeHeldAck(Instant now)
    {
        if (!_holdsAck)
        {
            return;
        }

        _holdsAck = false;
        if (State == ConnectionState.Established)
        {
            bool isValid = TryTakeAck(now, _heldDelay, new ReadOnlySpan<AckRange>(in _heldRange), _heldCounts);
            Debug.Assert(isValid, "checked when it came");
        }
    }
}
