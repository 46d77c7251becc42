using System.Diagnostics;

namespace FastPath.Protocol.Connections;

/// <summary>Messages that fit one packet, kept until acknowledged (decision D14).</summary>
/// <remarks>
/// New ones leave in order, never further than the peer's window of numbers ahead of the oldest unacknowledged one, and
/// never beyond the bytes that CONNECTION_CREDIT allows; until then they wait in a backlog that is bounded. Their bytes lie in
/// pooled arrays.
/// </remarks>
internal sealed class MessageSender
{
    public const int BacklogBytesMax = 256 * 1_024;
    private const ulong NumbersAhead = 8_192;

    private readonly Dictionary<ulong, PooledBytes> _unacknowledged = [];
    private readonly Queue<PooledBytes> _backlog = new();
    private readonly Queue<ulong> _lost = new();
    private ulong _oldest;
    private ulong _nextToSend;
    private long _bytesStarted;
    private int _backlogBytes;

    public ulong NextSequence { get; private set; }

    /// <summary>MESSAGE bytes that the peer lets this side send in all.</summary>
    public long Credit { get; set; }

    /// <summary>Nothing is to be sent, or sent again.</summary>
    public bool IsEmpty => _lost.Count == 0 && _backlog.Count == 0;

    public bool IsBlockedByCredit =>
        _backlog.TryPeek(out PooledBytes next) && _bytesStarted + next.Length > Credit;

    /// <param name="message">This object's from now on, if it is taken.</param>
    /// <param name="sequence">Its number.</param>
    /// <returns>False when the backlog is full: the message stays the caller's; try again after an acknowledgement.</returns>
    public bool TryQueue(PooledBytes message, out ulong sequence)
    {
        sequence = NextSequence;
        if (_backlogBytes + message.Length > BacklogBytesMax)
        {
            return false;
        }

        _backlog.Enqueue(message);
        _backlogBytes += message.Length;
        NextSequence++;
        return true;
    }

    /// <summary>The next message to put into a packet, lost ones first; the caller calls <see cref="OnSent"/> when it did.</summary>
    public bool TryPeek(out ulong sequence, out ReadOnlySpan<byte> message)
    {
        while (_lost.TryPeek(out sequence))
        {
            if (_unacknowledged.TryGetValue(sequence, out PooledBytes lost))
            {
                message = lost.Span;
                return true;
            }

            // Acknowledged after it was declared lost.
            _lost.Dequeue();
        }

        sequence = _nextToSend;
        bool maySend = _backlog.Count > 0 && !IsBlockedByCredit && _nextToSend - _oldest < NumbersAhead;
        message = maySend ? _backlog.Peek().Span : default;
        return maySend;
    }

    public void OnSent(ulong sequence)
    {
        if (sequence != _nextToSend)
        {
            _lost.Dequeue();
            return;
        }

        PooledBytes message = _backlog.Dequeue();
        _backlogBytes -= message.Length;
        _bytesStarted += message.Length;
        _unacknowledged.Add(sequence, message);
        _nextToSend++;
    }

    public bool OnAcknowledged(ulong sequence)
    {
        if (!_unacknowledged.Remove(sequence, out PooledBytes message))
        {
            return false;
        }

        message.Return();
        while (_oldest < _nextToSend && !_unacknowledged.ContainsKey(_oldest))
        {
            _oldest++;
        }

        Debug.Assert(_oldest <= _nextToSend);
        return true;
    }

    public void OnLost(ulong sequence)
    {
        if (_unacknowledged.ContainsKey(sequence))
        {
            _lost.Enqueue(sequence);
        }
    }
}
