using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>What claims to be message 2, as it is and with its MAC made right, at a node that waits for one.</summary>
internal sealed class HandshakeResponseTarget : IFuzzTarget
{
    public string Name => "handshake-response";

    public long AllocatedBytesMax => 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            using Endpoint initiator = HandshakeParties.CreateInitiator();
            using Endpoint responder = HandshakeParties.CreateResponder();
            byte[] messageOne = HandshakeParties.DialResponder(initiator);
            responder.HandleDatagram(Instant.Zero, HandshakeParties.InitiatorAddress, messageOne);
            byte[] messageTwo = HandshakeParties.Poll(responder, Instant.Zero)[0];
            yield return ("message-2", messageTwo);
            yield return ("message-2-cut", messageTwo[..50]);
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        byte[] datagram = Outcome.Cut(input).ToArray();
        ulong first = Feed([.. datagram]);
        HandshakeParties.RepairMac(HandshakeParties.InitiatorPublicKey, datagram);
        return Outcome.Of((long)first, (long)Feed(datagram));
    }

    private static ulong Feed(byte[] datagram)
    {
        using Endpoint initiator = HandshakeParties.CreateInitiator();
        HandshakeParties.DialResponder(initiator);
        initiator.HandleDatagram(Instant.Zero, HandshakeParties.ResponderAddress, datagram);
        int sent = HandshakeParties.Poll(initiator, Instant.Zero).Count;
        bool hasResult = initiator.TryPollDialResult(out DialResult result);
        OracleException.Require(
            initiator.Connections.Count == (hasResult && result.Connection is not null ? 1 : 0),
            "the result of the dial and the connections do not agree");
        OracleException.Require(!initiator.TryPollDialResult(out _), "one dial has two results");
        initiator.HandleTimeout(Instant.Zero + Duration.FromSeconds(60));
        OracleException.Require(
            hasResult || initiator.TryPollDialResult(out _), "a dial ends in no result");
        EndpointCounters counters = initiator.Counters;
        return Outcome.Of(
            sent, hasResult ? (long)result.Status : -1, counters.DatagramsMalformed, counters.DatagramsUnknownIndex);
    }
}
