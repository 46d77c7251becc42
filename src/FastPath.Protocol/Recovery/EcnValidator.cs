namespace FastPath.Protocol.Recovery;

/// <summary>Whether packets may leave as ECN-capable: the path and the peer are tested, and believed as long as the counts fit (RFC 9000, section 13.4.2).</summary>
/// <remarks>
/// The first packets are marked as capable; then none, until one of them was acknowledged with counts that fit. Should all of
/// them be lost, or counts be missing, too small, too large or of a codepoint that was never sent, marking ends for good:
/// a path that clears, changes or drops is used without it. Counts are judged only with an ACK that brings a new largest
/// number, since older ones may come late.
/// </remarks>
internal sealed class EcnValidator
{
    private const int TestPackets = 10;

    private EcnCounts _last;
    private long _sent;
    private int _testsLost;

    /// <param name="isUsed">False for a peer that does not count.</param>
    public EcnValidator(bool isUsed) => State = isUsed ? EcnState.Testing : EcnState.Failed;

    public EcnState State { get; private set; }

    /// <summary>The next packet leaves with ECT(0).</summary>
    public bool Marks => State == EcnState.Capable || (State == EcnState.Testing && _sent < TestPackets);

    public void OnSent() => _sent++;

    /// <summary>A packet that had left with ECT(0) was declared lost.</summary>
    public void OnLost()
    {
        if (State == EcnState.Testing && ++_testsLost >= TestPackets)
        {
            State = EcnState.Failed;
        }
    }

    /// <param name="counts">Null when the ACK came without.</param>
    /// <param name="newlyAcknowledged">Packets of ours with ECT(0) that this ACK acknowledged for the first time.</param>
    /// <returns>Packets that were marked on the way since the last report.</returns>
    public long OnAcknowledged(EcnCounts? counts, int newlyAcknowledged)
    {
        if (State == EcnState.Failed || (counts is null && newlyAcknowledged == 0))
        {
            return 0;
        }

        if (counts is not { } now || !Fits(now, newlyAcknowledged))
        {
            State = EcnState.Failed;
            return 0;
        }

        State = newlyAcknowledged > 0 ? EcnState.Capable : State;
        long marked = now.Marked - _last.Marked;
        _last = now;
        return marked;
    }

    private bool Fits(EcnCounts now, int newlyAcknowledged)
    {
        long zeroMore = now.CapableZero - _last.CapableZero;
        long markedMore = now.Marked - _last.Marked;
        return now.CapableOne == 0 && zeroMore >= 0 && markedMore >= 0
            && zeroMore + markedMore >= newlyAcknowledged
            && now.CapableZero + now.Marked <= _sent;
    }
}
