using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Operations;

namespace FastPath.Fuzz.Targets;

/// <summary>
/// Packets of a peer of wire version 0 that has the keys and keeps no rule; messages of the network among them are read, and
/// what is accepted must come back as it was.
/// </summary>
internal sealed class OldConnectionTarget : IFuzzTarget
{
    // Golden bytes: a GET request, and its answer behind an ACK and credit.
    private const string RequestFrames =
        "0c00409a380000000002000000000000001a0000000000000030314b30325637445952543651513751323153594156324538310077777777"
        + "77777777777777777777777777777777777777777777777777777777010a0000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    private const string AnswerFrames =
        "0201000001098001009a0c00405c380000000002000000010000001a0000000000000030314b303256374459525436515137513231535941"
        + "5632453831007777777777777777777777777777777777777777777777777777777777777777010000000000000000000000";

    public string Name => "old-connection";

    public long AllocatedBytesMax => 4 * 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            yield return ("request", PeerWithKeys.Packets((ref w) => w.WriteBytes(Convert.FromHexString(RequestFrames))));
            yield return ("answer", PeerWithKeys.Packets((ref w) => w.WriteBytes(Convert.FromHexString(AnswerFrames))));
            yield return ("ping-then-ack", PeerWithKeys.Packets(
                (ref w) => w.WriteType(FrameType.Ping),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 1)])));
            yield return ("whole", PeerWithKeys.Packets(
                (ref w) => Open(0, 10).Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[10]).Write(ref w),
                (ref w) => PlainFin.TryWrite(ref w, 0, 10)));
            yield return ("whole-in-the-wrong-order", PeerWithKeys.Packets(
                (ref w) => PlainFin.TryWrite(ref w, 6, 20),
                (ref w) => new FragmentFrame(6, 10, new byte[10]).Write(ref w),
                (ref w) => Open(6, 20).Write(ref w),
                (ref w) => new FragmentFrame(6, 0, new byte[10]).Write(ref w)));
            yield return ("fin-of-a-newer-version", PeerWithKeys.Packets(
                (ref w) => Open(0, 10).Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[10]).Write(ref w),
                (ref w) => new FinFrame(0, 10, new byte[32]).Write(ref w)));
            yield return ("what-no-old-node-says", PeerWithKeys.Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 2,
                    TransferId = 2,
                    TotalLength = 900,
                    Digest = new byte[StreamOpenFrame.DigestLength],
                    IsOffer = true,
                }.Write(ref w),
                (ref w) => new StreamSignalFrame(FrameType.StreamAccept, 1, 0).Write(ref w),
                (ref w) => new MtuProbeFrame(1_300).Write(ref w)));
            yield return ("answers-to-our-message", PeerWithKeys.Packets(
                (ref w) => new StreamCreditFrame(1, 1 << 20).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 10)]),
                (ref w) => new StopSendingFrame(1, 2).Write(ref w)));
            yield return ("close", PeerWithKeys.Packets((ref w) => new ConnectionCloseFrame(0, "bye"u8).Write(ref w)));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint peer = HandshakeParties.CreateOldInitiator();
        int understood = 0;
        var run = new PeerWithKeys(peer, offers: false)
        {
            OnMessage = message => understood += Read(message) ? 1 : 0,
        };
        ulong outcome = run.Run(input);
        return Outcome.Of((long)outcome, understood);
    }

    private static bool Read(ReadOnlyMemory<byte> message)
    {
        if (message.IsEmpty || message.Span[0] != (byte)Purpose.NetMessage || !WholeMessage.TryRead(message[1..], out NetMessage? read))
        {
            return false;
        }

        // Bytes behind the message are no part of it.
        StreamingSerializer again = read.StartSerialize();
        byte[] bytes = new byte[again.Length];
        again.Read(0, bytes);
        OracleException.Require(message.Span[1..].StartsWith(bytes), "a message of the network does not come back as it was");
        return true;
    }

    private static StreamOpenFrame Open(ulong id, long length) => new()
    {
        StreamId = id,
        TransferId = 1,
        TotalLength = length,
        Kind = StreamKind.Whole,
        Metadata = new byte[] { (byte)Purpose.NetMessage },
    };
}
