using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;

namespace FastPath.Engine.Tests.Saturation;

/// <summary>A stream whose ring is full at all times.</summary>
internal sealed class EndlessStream : ISendListener
{
    private const int RingBytes = 256 * 1_024;

    private readonly FragmentRing _ring;
    private readonly SendStream _stream;

    public EndlessStream(Connection connection, PinnedSlabPool pool)
    {
        _ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, 0, RingBytes)!;
        var description = new StreamDescription { TransferId = 1, TotalLength = -1 };
        _stream = connection.Streams.Open(MonotonicClock.Now, description, _ring, _ring.TryAddCursor()!, this);
        Fill();
    }

    public void OnAcknowledged(SendStream stream)
    {
        _ring.Reclaim();
        Fill();
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
    }

    private void Fill()
    {
        while (!_stream.HasEnded && _ring.GetSpace() is { IsEmpty: false } space)
        {
            long start = _ring.Frontier;
            _ring.CommitInPlace(space.Length);
            _stream.Offer(start, start + space.Length, MonotonicClock.Now);
        }

        _stream.Connection.Streams.MarkReady(_stream);
    }
}
