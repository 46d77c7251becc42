using System.Diagnostics;

namespace FastPath.Protocol.Connections;

/// <summary>Messages that fit one packet, kept until acknowledged (decision D14).</summary>
/// <remarks>
/// New ones leave in order, never further than the peer's window of numbers ahead of the oldest unacknowledged one, and
/// never beyond the bytes that CONNECTION_CREDIT allows; until then they wait in a backlog that is bounded.
/// </remarks>
internal sealed class MessageSender
{
    public const int BacklogBytesMax = 256 * 1_024;
    private const ulong NumbersAhead = 8_192;
    private const int BufferBytesMin = 1_200;
    private const int FreeMax = 128;

    private readonly Dictionary<ulong, (byte[] Buffer, int Length)> _unacknowledged = [];
    private readonly Queue<(byte[] Buffer, int Length)> _backlog = new();
    private readonly Stack<byte[]> _free = new();
    private readonly Queue<ulong> _lost = new();
    private ulong _oldest;
    private ulong _nextToSend;
    private long _bytesStarted;
    private int _backlogBytes;

    public ulong NextSequence { get; private set; }

    /// <summary>MESSAGE bytes that the peer lets this side send in all.</summary>
    public long Credit { get; set; }

    public bool IsBlockedByCredit =>
        _backlog.TryPeek(out (byte[] Buffer, int Length) next) && _bytesStarted + next.Length > Credit;

    /// <returns>False when the backlog is full: try again after an acknowledgement.</returns>
    public bool TryQueue(ReadOnlySpan<byte> message, out ulong sequence)
    {
        sequence = NextSequence;
        if (_backlogBytes + message.Length > BacklogBytesMax)
        {
            return false;
        }

        if (!_free.TryPop(out byte[]? buffer) || buffer.Length < message.Length)
        {
            buffer = new byte[Math.Max(message.Length, BufferBytesMin)];
        }

        message.CopyTo(buffer);
        _backlog.Enqueue((buffer, message.Length));
        _backlogBytes += message.Length;
        NextSequence++;
        return true;
    }

    /// <summary>The next message to put into a packet, lost ones first; the caller calls <see cref="OnSent"/> when it did.</summary>
    public bool TryPeek(out ulong sequence, out ReadOnlySpan<byte> message)
    {
        while (_lost.TryPeek(out sequence))
        {
            if (_unacknowledged.TryGetValue(sequence, out (byte[] Buffer, int Length) lost))
            {
                message = lost.Buffer.AsSpan(0, lost.Length);
                return true;
            }

            // Acknowledged after it was declared lost.
            _lost.Dequeue();
        }

        sequence = _nextToSend;
        bool maySend = _backlog.Count > 0 && !IsBlockedByCredit && _nextToSend - _oldest < NumbersAhead;
        message = maySend ? _backlog.Peek().Buffer.AsSpan(0, _backlog.Peek().Length) : default;
        return maySend;
    }

    public void OnSent(ulong sequence)
    {
        if (sequence != _nextToSend)
        {
            _lost.Dequeue();
            return;
        }

        (byte[] Buffer, int Length) message = _backlog.Dequeue();
        _backlogBytes -= message.Length;
        _bytesStarted += message.Length;
        _unacknowledged.Add(sequence, message);
        _nextToSend++;
    }

    public bool OnAcknowledged(ulong sequence)
    {
        if (!_unacknowledged.Remove(sequence, out (byte[] Buffer, int Length) message))
        {
            return false;
        }

        if (_free.Count < FreeMax)
        {
            _free.Push(message.Buffer);
        }

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
