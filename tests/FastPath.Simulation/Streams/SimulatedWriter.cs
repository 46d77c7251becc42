using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>An application that sends one payload: it fills the ring whenever slots are free.</summary>
internal sealed class SimulatedWriter : ISendListener, ISimulatedSource
{
    private const long RingBytes = 256 * 1_024;

    private readonly byte[] _payload;
    private readonly FragmentRing _ring;
    private readonly byte[] _digestAtEnd = [];
    private long _written;
    private long _allowed = long.MaxValue;

    /// <param name="digestAtEnd">BLAKE3 of the payload, said with its end; null for none.</param>
    /// <param name="allowed">How many bytes it writes before it pauses; it finishes only when it may write them all.</param>
    public SimulatedWriter(
        Instant now,
        Connection connection,
        PinnedSlabPool pool,
        byte[] payload,
        StreamDescription description,
        long ringBytes = RingBytes,
        byte[]? digestAtEnd = null,
        int hopsFromSink = 1,
        long allowed = long.MaxValue)
    {
        _payload = payload;
        _digestAtEnd = digestAtEnd ?? [];
        _allowed = allowed;
        _written = description.StartOffset;
        _ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, description.StartOffset, ringBytes)!;
        Stream = connection.Streams.Open(now, description, _ring, _ring.TryAddCursor()!, this, hopsFromSink);
        if (Ended is null)
        {
            Fill(now);
        }
    }

    /// <summary>Sends over a stream that was offered and accepted.</summary>
    /// <param name="listener">Told of the stream, and passes it on to this writer.</param>
    public SimulatedWriter(Instant now, SendStream accepted, PinnedSlabPool pool, byte[] payload, ISendListener listener)
    {
        _payload = payload;
        _written = accepted.AcceptedFrom;
        _ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, accepted.AcceptedFrom, RingBytes)!;
        Stream = accepted;
        accepted.Begin(_ring, _ring.TryAddCursor()!, listener);
        if (!accepted.HasEnded)
        {
            Fill(now);
        }
    }

    public SendStream Stream { get; }

    /// <summary>Null until the stream has ended.</summary>
    public StreamErrorCode? Ended { get; private set; }

    public int EndedTimes { get; private set; }

    public Action? OnEnded { get; set; }

    public void OnAcknowledged(SendStream stream)
    {
        _ring.Reclaim();
        Fill(stream.LastProgressAt);
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        Ended = code;
        EndedTimes++;
        _ring.Abandon();
        OnEnded?.Invoke();
    }

    /// <summary>The application goes on writing, up to that many bytes.</summary>
    public void Allow(long bytes, Instant now)
    {
        _allowed = bytes;
        if (Ended is null)
        {
            Fill(now);
        }
    }

    private void Fill(Instant now)
    {
        long limit = Math.Min(_payload.Length, _allowed);
        while (_written < limit && _ring.FreeBytes > 0)
        {
            int length = (int)Math.Min(limit - _written, _ring.FreeBytes);
            if (_ring.Write(_written, _payload.AsSpan((int)_written, length), out _) != RingWriteResult.Stored)
            {
                throw new InvalidOperationException("the writer's own ring refused its bytes");
            }

            Stream.Offer(_written, _written + length, now);
            _written += length;
        }

        if (_written == _payload.Length && _allowed >= _payload.Length)
        {
            Stream.Finish(_written, now, _digestAtEnd);
        }

        Stream.Connection.Streams.MarkReady(Stream);
    }
}
