namespace FastPath.Protocol.Streams;

/// <summary>Streams of an endpoint with bytes that only the loop has to get to: neither credit nor window nor pace keeps them for long.</summary>
/// <remarks>Of normal priority alone: the others have turns of their own. Owned by the loop thread.</remarks>
internal sealed class SendBacklog
{
    private int _filledInTurn;
    private int _others;

    /// <summary>How many more streams may be filled now: one, when none has bytes; all, beside a stream that nobody fills in turn.</summary>
    /// <remarks>
    /// That one, which is passed on or has several targets, is sent a packet a turn: it would get more than its part if those
    /// beside it came one by one.
    /// </remarks>
    public int Room => _others > 0 ? int.MaxValue : _filledInTurn > 0 ? 0 : 1;

    /// <summary>One more that is filled would wait for others.</summary>
    /// <param name="isCounted">It has bytes to send itself.</param>
    public bool KeepsWaiting(bool isCounted) => _others == 0 && _filledInTurn > (isCounted ? 1 : 0);

    /// <summary>All of them.</summary>
    public int Count => _filledInTurn + _others;

    /// <param name="isFilledInTurn">Their writers come back in turn.</param>
    /// <param name="count">Negative for streams that have nothing more to send, or may not.</param>
    public void Add(bool isFilledInTurn, int count)
    {
        if (isFilledInTurn)
        {
            _filledInTurn += count;
        }
        else
        {
            _others += count;
        }
    }
}
