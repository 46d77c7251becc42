using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Relaying;

/// <summary>One peer that takes the bytes of a ring: where it stands, and how it ended.</summary>
internal sealed class SendTarget(Connection connection, RingCursor cursor) : IFanOutMember
{
    private int _ended = -1;

    public Connection Connection { get; } = connection;

    public RingCursor Cursor { get; } = cursor;

    /// <summary>Null until it was opened.</summary>
    public SendStream? Stream { get; set; }

    /// <summary>What this peer alone is told; null when it is told the same as the others.</summary>
    public StreamDescription? Description { get; init; }

    /// <summary>A stream that the peer was offered and has accepted; null when one is to be opened.</summary>
    public SendStream? Accepted { get; init; }

    /// <summary>Null while it lives; None when it took everything.</summary>
    public StreamErrorCode? Ended => Volatile.Read(ref _ended) is var code and >= 0 ? (StreamErrorCode)code : null;

    public bool IsLive => Ended is null;

    public long Position => Cursor.Position;

    /// <summary>The first code stays.</summary>
    /// <returns>Whether it is the first.</returns>
    public bool End(StreamErrorCode code) => Interlocked.CompareExchange(ref _ended, (int)code, -1) < 0;

    /// <summary>Ends it with a code; on the loop thread.</summary>
    public void Reset(StreamErrorCode code)
    {
        if (Stream is { } stream)
        {
            stream.Connection.Streams.Reset(stream, code);
        }
    }

    public void DropTooSlow(Instant now) => Reset(StreamErrorCode.TooSlow);
}
