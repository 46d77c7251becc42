using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>What claims to be message 1, as it is and with its MAC made right, at a node that knows nobody.</summary>
internal sealed class HandshakeInitiationTarget : IFuzzTarget
{
    public string Name => "handshake-initiation";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            using Endpoint initiator = HandshakeParties.CreateInitiator();
            byte[] message = HandshakeParties.DialResponder(initiator);
            yield return ("message-1", message);
            yield return ("message-1-cut", message[..600]);
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        byte[] datagram = Outcome.Cut(input).ToArray();
        ulong first = Feed([.. datagram]);
        HandshakeParties.RepairMac(HandshakeParties.ResponderPublicKey, datagram);
        return Outcome.Of((long)first, (long)Feed(datagram));
    }

    private static ulong Feed(byte[] datagram)
    {
        using Endpoint responder = HandshakeParties.CreateResponder();
        responder.HandleDatagram(Instant.Zero, HandshakeParties.InitiatorAddress, datagram);
        IReadOnlyList<byte[]> answers = HandshakeParties.Poll(responder, Instant.Zero);
        int sent = answers.Sum(answer => answer.Length);
        OracleException.Require(sent <= datagram.Length, "more bytes leave than came");
        OracleException.Require(responder.Connections.Count == 0, "a connection without a transport packet");
        OracleException.Require(responder.HalfOpenCount <= 1, "one datagram takes more than one half-open entry");
        responder.HandleTimeout(Instant.Zero + Duration.FromSeconds(60));
        OracleException.Require(responder.HalfOpenCount == 0, "a half-open entry stays for ever");
        EndpointCounters counters = responder.Counters;
        return Outcome.Of(
            answers.Count, counters.DatagramsMalformed, counters.InitiationsReceived, counters.InitiationsRefused);
    }
}
