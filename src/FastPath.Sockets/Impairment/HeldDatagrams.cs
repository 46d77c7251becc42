using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Impairment;

/// <summary>
/// Copies of datagrams that go out later: after others have passed, or at a time, whichever comes first.
/// </summary>
internal sealed class HeldDatagrams
{
    private readonly PriorityQueue<Held, (long Due, long Order)> _byTime = new();
    private readonly PriorityQueue<Held, (long Number, long Order)> _byNumber = new();
    private readonly Stack<Held> _spare = new();
    private long _order;

    public int Count { get; private set; }

    /// <summary>The earliest time at which one is due; <see cref="long.MaxValue"/> when none is held.</summary>
    public long NextDue
    {
        get
        {
            DropReleased(_byTime);
            return _byTime.TryPeek(out _, out (long Due, long Order) priority) ? priority.Due : long.MaxValue;
        }
    }

    /// <param name="due">Time in the caller's unit.</param>
    /// <param name="number">Goes out once this datagram was offered; <see cref="long.MaxValue"/> leaves it to the
    /// time.</param>
    public void Hold(ReadOnlySpan<byte> datagram, PeerAddress to, long due, long number)
    {
        Held held = _spare.TryPop(out Held? spare) ? spare : new Held();
        if (held.Bytes.Length < datagram.Length)
        {
            held.Bytes = new byte[datagram.Length];
        }

        datagram.CopyTo(held.Bytes);
        held.Length = datagram.Length;
        held.IsReleased = false;
        held.To = to;
        held.Queues = 1;
        Count++;
        long order = _order++;
        _byTime.Enqueue(held, (due, order));
        if (number != long.MaxValue)
        {
            held.Queues++;
            _byNumber.Enqueue(held, (number, order));
        }
    }

    /// <summary>
    /// Takes one whose time or number has come; its bytes are valid until the next call of any method.
    /// </summary>
    public bool TryRelease(long now, long number, out ReadOnlySpan<byte> datagram, out PeerAddress to)
    {
        DropReleased(_byNumber);
        DropReleased(_byTime);
        if (_byNumber.TryPeek(out Held? held, out (long Number, long Order) passed) && passed.Number <= number)
        {
            _byNumber.Dequeue();
        }
        else if (_byTime.TryPeek(out held, out (long Due, long Order) timed) && timed.Due <= now)
        {
            _byTime.Dequeue();
        }
        else
        {
            datagram = default;
            to = default;
            return false;
        }

        datagram = held.Bytes.AsSpan(0, held.Length);
        to = held.To;
        held.IsReleased = true;
        Count--;
        Leave(held);
        return true;
    }

    private void DropReleased(PriorityQueue<Held, (long, long)> queue)
    {
        while (queue.TryPeek(out Held? held, out _) && held.IsReleased)
        {
            queue.Dequeue();
            Leave(held);
        }
    }

    /// <summary>It stands in one or two queues and is free for reuse when it has left both.</summary>
    private void Leave(Held held)
    {
        if (--held.Queues == 0)
        {
            _spare.Push(held);
        }
    }

    private sealed class Held
    {
        public byte[] Bytes = [];
        public int Length;
        public PeerAddress To;
        public int Queues;
        public bool IsReleased;
    }
}
