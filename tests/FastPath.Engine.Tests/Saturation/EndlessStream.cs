using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;

namespace FastPath.Engine.Tests.Saturation;

/// <summary>A stream whose ring is full at all times, unless it is to bring no more than so many bytes.</summary>
internal sealed class EndlessStream : ISendListener
{
    private const int RingBytes = 256 * 1_024;

    private readonly FragmentRing _ring;
    private readonly SendStream _stream;
    private readonly long _bytes;

    /// <summary>All that it is to bring has been acknowledged.</summary>
    public bool IsThrough => _ring.Frontier == _bytes && _stream.Connection.Recovery.BytesInFlight == 0;

    public EndlessStream(Connection connection, PinnedSlabPool pool, long bytes = long.MaxValue)
    {
        _bytes = bytes;
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
            int length = (int)Math.Min(space.Length, _bytes - start);
            if (length == 0)
            {
                break;
            }

            _ring.CommitInPlace(length);
            _stream.Offer(start, start + length, MonotonicClock.Now);
        }

        _stream.Connection.Streams.MarkReady(_stream);
    }
}
