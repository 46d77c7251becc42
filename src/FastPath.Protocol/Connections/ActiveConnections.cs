using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Connections;

/// <summary>The connections of an endpoint that may have something to send, each once, in the order of their turns.</summary>
/// <remarks>So a turn costs what is active, however many connections are idle. Owned by the loop thread.</remarks>
internal sealed class ActiveConnections
{
    private static readonly Comparison<Connection> ByWait =
        static (left, right) => left.Recovery.HeldSince.CompareTo(right.Recovery.HeldSince);

    public const int FramesPerPacketMax = 8;

    private readonly SentFrame[] _sentFrames = new SentFrame[FramesPerPacketMax];
    private readonly AckRange[] _ackRanges = new AckRange[AckFrame.RangesMax];
    private readonly Queue<Connection> _queue = new();
    private readonly List<Connection> _sorting = [];

    public int Count => _queue.Count;

    /// <summary>What they have to send.</summary>
    public SendBacklog Backlog { get; } = new();

    /// <summary>Where the packet that is being built keeps what it carries: one at a time, so all share it.</summary>
    public Span<SentFrame> SentFrames => _sentFrames;

    /// <summary>Where the ACK that is being read or written keeps its ranges.</summary>
    public Span<AckRange> AckRanges => _ackRanges;

    public void Add(Connection connection)
    {
        if (!connection.IsActive)
        {
            connection.IsActive = true;
            connection.Streams.JoinBacklog(Backlog);
            _queue.Enqueue(connection);
        }
    }

    public Connection Peek() => _queue.Peek();

    /// <summary>The first one has had its turn and may have more to send.</summary>
    public void Rotate()
    {
        if (_queue.Count > 1)
        {
            _queue.Enqueue(_queue.Dequeue());
        }
    }

    /// <summary>The first one has nothing more to send.</summary>
    public Connection Remove()
    {
        Connection connection = _queue.Dequeue();
        connection.IsActive = false;
        if (connection.State != ConnectionState.Established || !connection.Recovery.OpensSoon)
        {
            connection.Streams.LeaveBacklog();
        }

        return connection;
    }

    /// <summary>Turns go to those first that a limit of all together has kept waiting longest.</summary>
    public void SortByWait()
    {
        if (_queue.Count < 2)
        {
            return;
        }

        _sorting.AddRange(_queue);
        _sorting.Sort(ByWait);
        _queue.Clear();
        foreach (Connection connection in _sorting)
        {
            _queue.Enqueue(connection);
        }

        _sorting.Clear();
    }

    public Queue<Connection>.Enumerator GetEnumerator() => _queue.GetEnumerator();
}
