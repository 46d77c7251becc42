using FastPath.Protocol.Streams;

namespace FastPath.Engine;

/// <summary>Writers that found no room, while the loop has more streams to send than it gets to: they come back in turn, one at a time.</summary>
/// <remarks>
/// All at once they would fill all their rings, and each byte would be out of the caches before its turn came. In line, what
/// was just written is what leaves next. Where the path or the peer alone is what is waited for, nobody stands in line.
/// Owned by the loop thread.
/// </remarks>
internal sealed class WriterLine(SendBacklog backlog)
{
    // A stream whose writer is always ahead never leaves the backlog; all the same everybody's turn comes.
    private const int WindowsPerTurnMax = 2;

    private readonly Queue<ILinedWriter> _line = new();
    private long _sentSince;

    public bool IsEmpty => _line.Count == 0;

    /// <summary>Whoever comes now stands in line: others have bytes to send, or wait already.</summary>
    /// <param name="hasBytes">The stream has bytes to send itself.</param>
    public bool IsClosed(bool hasBytes) => backlog.KeepsWaiting(hasBytes) || !IsEmpty;

    public void Add(ILinedWriter writer) => _line.Enqueue(writer);

    /// <summary>Lets as many go as the loop will soon have nothing to send of; once a turn.</summary>
    /// <param name="sent">Bytes that left since the last call.</param>
    public void Serve(long sent)
    {
        _sentSince = IsEmpty ? 0 : _sentSince + sent;
        for (int room = backlog.Room; _line.TryPeek(out ILinedWriter? writer); room--)
        {
            if (room <= 0 && _sentSince < WindowsPerTurnMax * writer.WindowBytes)
            {
                return;
            }

            _sentSince = 0;
            _line.Dequeue().LetGo();
        }
    }
}
