using FastPath.Buffers.Pooling;
using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Peers;

/// <summary>An application behind a connection: sends a stream; of those that come it reads, relays and stops every third.</summary>
internal sealed class StreamUser(PinnedSlabPool pool) : IReceiveListener, ISendListener, IRelayOwner
{
    private const int PayloadBytes = 20_000;

    private readonly HashSet<object> _ended = [];
    private readonly byte[] _read = new byte[PayloadBytes];

    public long BytesRead { get; private set; }

    public int Ended => _ended.Count;

    public void Send(Connection connection, Instant now)
    {
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, 0, PayloadBytes)!;
        StreamKind kind = connection.Session.IsWithOldNode ? StreamKind.Whole : StreamKind.Streaming;
        var description = new StreamDescription { Kind = kind, TransferId = 7, Metadata = new byte[10] };
        SendStream stream = connection.Streams.Open(now, description, ring, ring.TryAddCursor()!, this);
        ring.Write(0, new byte[PayloadBytes], out _);
        stream.Offer(0, PayloadBytes, now);
        stream.Finish(PayloadBytes, now);
        connection.Streams.MarkReady(stream);
    }

    /// <summary>Offers a stream, and sends it once it is accepted.</summary>
    public void SendOffer(Connection connection, Instant now) => connection.Streams.Offer(
        now,
        new StreamDescription { TransferId = 8, TotalLength = PayloadBytes, Digest = new byte[32], WantsDelivery = true },
        this);

    /// <summary>A stream that the peer offers: taken from the start, from the middle, declined or had.</summary>
    public void Answer(StreamOffer offer, Instant now)
    {
        StreamTable streams = offer.Connection.Streams;
        switch (StreamId.IndexOf(offer.Id) % 4)
        {
            case 0:
                streams.Accept(now, offer, 0);
                break;
            case 1:
                streams.Accept(now, offer, offer.Description.TotalLength / 2);
                break;
            case 2:
                streams.Decline(offer, StreamErrorCode.TooLarge);
                break;
            default:
                streams.Have(offer);
                break;
        }
    }

    public void OnAccepted(SendStream stream, Instant now)
    {
        long from = stream.AcceptedFrom;
        int length = (int)(PayloadBytes - from);
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, from, Math.Max(1, length))!;
        stream.Begin(ring, ring.TryAddCursor()!, this);
        if (length > 0)
        {
            ring.Write(from, new byte[length], out _);
            stream.Offer(from, PayloadBytes, now);
        }

        stream.Finish(PayloadBytes, now);
        stream.Connection.Streams.MarkReady(stream);
    }

    /// <summary>A stream that the peer opened.</summary>
    public void Take(ReceiveStream stream)
    {
        switch (StreamId.IndexOf(stream.Id) % 3)
        {
            case 0:
                stream.Attach(this);
                break;
            case 1:
                // Back to where it came from: one connection is enough to be both sides of a relay.
                new CutThroughRelay(stream, [stream.Connection], stream.Description!, hopsFromSink: 1, this).Start();
                break;
            default:
                stream.Connection.Streams.Stop(stream, StreamErrorCode.Cancelled);
                stream.Ring.RemoveCursor(stream.Claim);
                break;
        }
    }

    public void OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) =>
        OracleException.Require(_ended.Add(relay), "a relay ends twice");

    public void OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) =>
        OracleException.Require(_ended.Add(relay), "a relay ends twice");

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        OracleException.Require(start < end && start >= stream.Ring.StartOffset, "bytes lie outside of the stream");
        Read(stream);
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        OracleException.Require(_ended.Add(stream), "an incoming stream ends twice");
        bool isProvenWrong = code == StreamErrorCode.Corrupt && stream.Description is { CarriesProofs: true };
        OracleException.Require(
            (code == StreamErrorCode.None) == (stream.Ring.IsComplete && !isProvenWrong),
            "a stream ends well exactly when it is complete and its proofs hold");
        Read(stream);
        stream.Ring.RemoveCursor(stream.Claim);
    }

    public void OnAcknowledged(SendStream stream)
    {
        OracleException.Require(stream.AcknowledgedTo <= stream.HighestSent, "bytes are acknowledged that never left");
        stream.Ring.Reclaim();
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        OracleException.Require(_ended.Add(stream), "an outgoing stream ends twice");
        if (stream.HasRing)
        {
            stream.Ring.Abandon();
        }
    }

    private void Read(ReceiveStream stream)
    {
        RingCursor cursor = stream.Claim;
        while (cursor.Position < stream.Ring.Payload.ReadableEnd)
        {
            int length = (int)Math.Min(_read.Length, stream.Ring.Payload.ReadableEnd - cursor.Position);
            stream.Ring.CopyTo(cursor.Position, _read.AsSpan(0, length));
            cursor.Advance(cursor.Position + length);
            BytesRead += length;
        }

        stream.Connection.Streams.OnConsumed(stream, stream.LastProgressAt);
    }
}
