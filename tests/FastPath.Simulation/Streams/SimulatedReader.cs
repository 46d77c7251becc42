using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>An application that reads one stream: as the bytes come, or only while it wants to.</summary>
internal sealed class SimulatedReader : IReceiveListener
{
    private readonly List<byte> _bytes = [];
    private readonly RingCursor _cursor;
    private Action<SimulatedReader>? _onEnded;

    /// <param name="wants">How many bytes it takes in all; more wait in the ring.</param>
    /// <param name="cursor">A reader beside others; the stream's claim when null.</param>
    public SimulatedReader(ReceiveStream stream, long wants = long.MaxValue, RingCursor? cursor = null)
    {
        Stream = stream;
        _cursor = cursor ?? stream.Claim;
        Wants = wants;
        stream.Attach(this);
    }

    public ReceiveStream Stream { get; }

    public long Wants { get; private set; }

    public byte[] Bytes => [.. _bytes];

    public StreamErrorCode? Ended { get; private set; }

    /// <summary>Called when the stream has ended, at once when it has.</summary>
    public Action<SimulatedReader>? OnEnded
    {
        init
        {
            _onEnded = value;
            if (Ended is not null)
            {
                value?.Invoke(this);
            }
        }
    }

    public int EndedTimes { get; private set; }

    /// <summary>When the first byte could be read.</summary>
    public Instant FirstByteAt { get; private set; } = Instant.Never;

    public Instant EndedAt { get; private set; } = Instant.Never;

    public bool IsWhole => Ended == StreamErrorCode.None && _bytes.Count + Stream.Ring.StartOffset == Stream.Ring.FinalSize;

    public void Want(long bytes, Instant now)
    {
        Wants = bytes;
        Read(now);
    }

    public void OnStored(ReceiveStream stream, long start, long end) => Read(stream.LastProgressAt);

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        Ended = code;
        EndedTimes++;
        EndedAt = stream.LastProgressAt;
        Read(stream.LastProgressAt);
        _onEnded?.Invoke(this);
    }

    private void Read(Instant now)
    {
        RingCursor cursor = _cursor;
        long limit = Stream.Ring.StartOffset + Math.Min(Stream.Ring.Frontier - Stream.Ring.StartOffset, Wants);
        if (cursor.Position < limit)
        {
            FirstByteAt = Instant.Min(FirstByteAt, now);
            byte[] part = new byte[limit - cursor.Position];
            Stream.Ring.CopyTo(cursor.Position, part);
            _bytes.AddRange(part);
            cursor.Advance(limit);
            Stream.Connection.Streams.OnConsumed(Stream, now);
        }

        if (Ended is not null && cursor.Position == Stream.Ring.Frontier)
        {
            Stream.Ring.RemoveCursor(cursor);
        }
    }
}
