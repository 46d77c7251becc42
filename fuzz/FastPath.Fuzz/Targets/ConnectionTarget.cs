using FastPath.Fuzz.Peers;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Serialization.Hashing;

namespace FastPath.Fuzz.Targets;

/// <summary>Packets of a peer that has the keys and keeps no rule: {length in two bytes, frames}, again and again.</summary>
internal sealed class ConnectionTarget : IFuzzTarget
{
    public string Name => "connection";

    public long AllocatedBytesMax => 4 * 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => StreamSeeds.Concat(LaterSeeds);

    private static IEnumerable<(string Name, byte[] Bytes)> LaterSeeds
    {
        get
        {
            yield return ("offers", PeerWithKeys.Packets(
                (ref w) => Offer(0).Write(ref w),
                (ref w) => Offer(2).Write(ref w),
                (ref w) => Offer(4).Write(ref w),
                (ref w) => Offer(6).Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[900]).Write(ref w),
                (ref w) => new FragmentFrame(2, 450, new byte[450]).Write(ref w),
                (ref w) => new FinFrame(2, 900).Write(ref w),
                (ref w) => new StreamResetFrame(8, 1, 0).Write(ref w)));
            yield return ("answers-to-our-offer", PeerWithKeys.Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamAccept, 3, 10_000).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 12)]),
                (ref w) => new StreamSignalFrame(FrameType.StreamDelivery, 3, 4).Write(ref w)));
            yield return ("our-offer-declined", PeerWithKeys.Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamDecline, 3, 5).Write(ref w)));
            yield return ("our-offer-held", PeerWithKeys.Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamHave, 3, 0).Write(ref w)));
            yield return ("verified-stream", PeerWithKeys.Packets(
                (ref w) => new FragmentFrame(0, 0, new byte[60]).Write(ref w),
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 0,
                    TransferId = 5,
                    TotalLength = 100,
                    Digest = Digest(new byte[100]),
                    Extensions = StreamExtensions.Encode(carriesProofs: true).Span,
                }.Write(ref w),
                (ref w) => new FragmentFrame(0, 60, new byte[40]).Write(ref w),
                (ref w) => new FinFrame(0, 100).Write(ref w)));
            yield return ("verified-stream-that-is-not", PeerWithKeys.Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 2,
                    TransferId = 6,
                    TotalLength = 100,
                    Digest = new byte[StreamOpenFrame.DigestLength],
                    Extensions = StreamExtensions.Encode(carriesProofs: true).Span,
                }.Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[100]).Write(ref w)));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> StreamSeeds
    {
        get
        {
            yield return ("ping-then-ack", PeerWithKeys.Packets(
                (ref w) => w.WriteType(FrameType.Ping),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 1)])));
            yield return ("messages-twice", PeerWithKeys.Packets(
                (ref w) => new MessageFrame(0, "first"u8).Write(ref w),
                (ref w) => new MessageFrame(0, "first"u8).Write(ref w),
                (ref w) => new MessageFrame(9_000, "far ahead"u8).Write(ref w)));
            yield return ("credit-and-blocked", PeerWithKeys.Packets(
                (ref w) => new BlockedFrame((byte)BlockedKind.Connection, 0, 10).Write(ref w),
                (ref w) => new ConnectionCreditFrame(1 << 20).Write(ref w)));
            yield return ("stream", PeerWithKeys.Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 0,
                    TransferId = 1,
                    TotalLength = 10,
                }.Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[10]).Write(ref w),
                (ref w) => new FinFrame(0, 10).Write(ref w)));
            yield return ("stream-unannounced-then-reset", PeerWithKeys.Packets(
                (ref w) => new FragmentFrame(2, 50, new byte[50]).Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[50]).Write(ref w),
                (ref w) => new StreamOpenFrame { StreamId = 2, TransferId = 2, TotalLength = -1 }.Write(ref w),
                (ref w) => new StreamResetFrame(2, 3, 100).Write(ref w)));
            yield return ("stream-from-the-middle", PeerWithKeys.Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 6,
                    TransferId = 3,
                    TotalLength = 1L << 33,
                    StartOffset = 1L << 32,
                }.Write(ref w),
                (ref w) => new FragmentFrame(6, 1L << 32, new byte[900]).Write(ref w)));
            yield return ("relayed-stream", PeerWithKeys.Packets(
                (ref w) => new FragmentFrame(2, 900, new byte[900]).Write(ref w),
                (ref w) => new StreamOpenFrame { StreamId = 2, TransferId = 4, TotalLength = 1_800 }.Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[900]).Write(ref w),
                (ref w) => new FinFrame(2, 1_800).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 8)])));
            yield return ("relayed-from-below-its-start", PeerWithKeys.Packets(
                (ref w) => new StreamOpenFrame { StreamId = 2, TotalLength = -1, StartOffset = 32_768 }.Write(ref w),
                (ref w) => new FragmentFrame(2, 32_700, new byte[900]).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 8)]),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 12)]),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 16)]),
                (ref w) => w.WriteType(FrameType.Ping)));
            yield return ("answers-to-our-stream", PeerWithKeys.Packets(
                (ref w) => new StreamCreditFrame(1, 1 << 20).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 10)]),
                (ref w) => new StopSendingFrame(1, 2).Write(ref w)));
            yield return ("limits", PeerWithKeys.Packets(
                (ref w) => new StreamLimitFrame(1_024).Write(ref w),
                (ref w) => new BlockedFrame((byte)BlockedKind.StreamLimit, 0, 256).Write(ref w),
                (ref w) => new FragmentFrame(2 * 300, 0, new byte[5]).Write(ref w)));
            yield return ("close", PeerWithKeys.Packets((ref w) => new ConnectionCloseFrame(3, "over"u8).Write(ref w)));
            yield return ("ecn-counts", PeerWithKeys.Packets(WriteMarkedAck));
            yield return ("narrow-path", PeerWithKeys.Packets(
                (ref w) => new MtuProbeFrame(1_300).Write(ref w),
                (ref w) => new MtuProbeFrame(1).Write(ref w)));
            yield return ("unknown-frame", PeerWithKeys.Packets((ref w) =>
            {
                w.WriteType(FrameType.AckFrequency);
                w.WriteBlock([1, 2, 3, 4]);
            }));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint peer = HandshakeParties.CreateInitiator();
        return new PeerWithKeys(peer, offers: true).Run(input);
    }

    private static StreamOpenFrame Offer(ulong id) => new()
    {
        StreamId = id,
        TransferId = id,
        TotalLength = 900,
        Digest = new byte[StreamOpenFrame.DigestLength],
        IsOffer = true,
        WantsDelivery = true,
    };

    private static byte[] Digest(byte[] payload)
    {
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(payload, digest);
        return digest;
    }

    private static void WriteMarkedAck(ref FrameWriter w)
    {
        new EcnAckFrame(new EcnCounts(3, 0, 1)).Write(ref w);
        AckFrame.TryWrite(ref w, 100, [new AckRange(0, 3)]);
    }
}
