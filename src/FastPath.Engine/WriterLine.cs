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
    /// <summary>What whoever is let go adds at most before it stands here again, however wide its window is: all get the same.</summary>
    public const int TurnBytesMax = 1 << 20;

    // A stream whose writer is always ahead never leaves the backlog; all the same everybody's turn comes.
    private const int TurnsWaitedMax = 2;

    private readonly Queue<ILinedWriter> _line = new();
    private long _sentSince;

    public bool IsEmpty => _line.Count == 0;

    /// <summary>Whoever comes now stands in line: others have bytes to send, or wait already.</summary>
    /// <param name="hasBytes">The stream has bytes to send itself.</param>
    public bool IsClosed(bool hasBytes) => backlog.KeepsWaiting(hasBytes) || !IsEmpty;

    public void Add(ILinedWriter writer) => _line.Enqueue(writer);

    /// <summary>So many bytes leave.</summary>
    public void OnSent(int length) => _sentSince += length;

    /// <summary>Lets go whoever the loop has room for; each turn.</summary>
    public void Serve()
    {
        if (IsEmpty)
        {
            // What leaves while nobody stands here tells nothing.
            _sentSince = 0;
            return;
        }

        for (int room = backlog.Room; _line.TryPeek(out ILinedWriter? writer); room--)
        {
            long turnBytes = Math.Min(writer.WindowBytes, TurnBytesMax);
            if (room <= 0 && _sentSince < TurnsWaitedMax * turnBytes)
            {
                return;
            }

            _sentSince = 0;
            _line.Dequeue().LetGo(turnBytes);
        }
    }
}
