using System.Diagnostics;

namespace FastPath.Protocol.Connections;

/// <summary>Messages that fit one packet, kept until acknowledged (decision D14).</summary>
/// <remarks>
/// Never further than the peer's window of numbers ahead of the oldest unacknowledged one, and never beyond the bytes
/// that CONNECTION_CREDIT allows.
/// </remarks>
internal sealed class MessageSender
{
    private const ulong NumbersAhead = 8_192;

    private readonly Dictionary<ulong, byte[]> _unacknowledged = [];
    private readonly Queue<ulong> _toSend = new();
    private ulong _oldest;
    private long _bytesQueued;

    public ulong NextSequence { get; private set; }

    /// <summary>MESSAGE bytes that the peer lets this side send in all.</summary>
    public long Credit { get; set; }

    public bool IsBlockedByCredit => _toSend.Count > 0 && _bytesQueued > Credit;

    /// <returns>False when credit or the window of numbers is used up: try again after an acknowledgement.</returns>
    public bool TryQueue(ReadOnlySpan<byte> message, out ulong sequence)
    {
        sequence = NextSequence;
        if (NextSequence - _oldest >= NumbersAhead || _bytesQueued + message.Length > Credit)
        {
            return false;
        }

        _unacknowledged.Add(sequence, message.ToArray());
        _toSend.Enqueue(sequence);
        _bytesQueued += message.Length;
        NextSequence++;
        return true;
    }

    /// <summary>The next message to put into a packet; the caller calls <see cref="OnSent"/> when it did.</summary>
    public bool TryPeek(out ulong sequence, out ReadOnlySpan<byte> message)
    {
        while (_toSend.TryPeek(out sequence))
        {
            if (_unacknowledged.TryGetValue(sequence, out byte[]? bytes))
            {
                message = bytes;
                return true;
            }

            // Acknowledged after it was declared lost.
            _toSend.Dequeue();
        }

        message = default;
        return false;
    }

    public void OnSent() => _toSend.Dequeue();

    public bool OnAcknowledged(ulong sequence)
    {
        if (!_unacknowledged.Remove(sequence))
        {
            return false;
        }

        while (_oldest < NextSequence && !_unacknowledged.ContainsKey(_oldest))
        {
            _oldest++;
        }

        Debug.Assert(_oldest <= NextSequence);
        return true;
    }

    public void OnLost(ulong sequence)
    {
        if (_unacknowledged.ContainsKey(sequence))
        {
            _toSend.Enqueue(sequence);
        }
    }
}
