using FastPath.Buffers.Datagrams;
using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Peers;

/// <summary>Two nodes with fixed keys, addresses and chance, so that every run and every corpus is the same.</summary>
internal static class HandshakeParties
{
    private const int DatagramsMax = 1_000;

    public static readonly PeerAddress InitiatorAddress = PeerAddress.FromIPv4(0x0A00_0001, 4_001);
    public static readonly PeerAddress ResponderAddress = PeerAddress.FromIPv4(0x0A00_0002, 4_002);
    public static readonly byte[] InitiatorPrivateKey = [.. Enumerable.Repeat((byte)0x11, StaticKeyPair.KeyLength)];
    public static readonly byte[] ResponderPrivateKey = [.. Enumerable.Repeat((byte)0x22, StaticKeyPair.KeyLength)];
    public static readonly byte[] InitiatorPublicKey = PublicKeyOf(InitiatorPrivateKey);
    public static readonly byte[] ResponderPublicKey = PublicKeyOf(ResponderPrivateKey);

    // The one cipher that every processor has: a corpus must not depend on the machine that wrote it.
    private static readonly EndpointSettings Settings =
        EndpointSettings.Default with { Ciphers = [CipherSuite.ChaCha20Poly1305] };

    public static Endpoint CreateInitiator() => new(Settings, InitiatorPrivateKey, new SeededRandom(1));

    /// <summary>Speaks wire version 0 alone.</summary>
    public static Endpoint CreateOldInitiator() =>
        new(Settings with { WireVersionMax = HandshakeLayout.VersionOfOldNodes }, InitiatorPrivateKey, new SeededRandom(1));

    public static Endpoint CreateResponder() => new(Settings, ResponderPrivateKey, new SeededRandom(2));

    /// <summary>Begins the handshake and takes message 1.</summary>
    public static byte[] DialResponder(Endpoint initiator)
    {
        initiator.Dial(Instant.Zero, PeerKey.Read(ResponderPublicKey), ResponderAddress);
        return Poll(initiator, Instant.Zero)[0];
    }

    /// <summary>Makes the first MAC of a handshake message right, so that what lies behind it is reached.</summary>
    public static void RepairMac(ReadOnlySpan<byte> receiverPublicKey, Span<byte> message)
    {
        if (message.Length >= HandshakeLayout.MacsLength)
        {
            Span<byte> macs = message[^HandshakeLayout.MacsLength..];
            HandshakeMac.Write(
                receiverPublicKey, message[..^HandshakeLayout.MacsLength], macs[..HandshakeMac.Length]);
        }
    }

    /// <summary>Everything that an endpoint has to send now.</summary>
    public static IReadOnlyList<byte[]> Poll(Endpoint endpoint, Instant now)
    {
        var datagrams = new List<byte[]>();
        byte[] buffer = new byte[HandshakeLayout.MessageOneLength];
        while (endpoint.TryPollTransmit(now, buffer, out int length, out _))
        {
            datagrams.Add(buffer[..length]);
            OracleException.Require(datagrams.Count <= DatagramsMax, "the endpoint never stops sending");
        }

        return datagrams;
    }

    private static byte[] PublicKeyOf(byte[] privateKey)
    {
        using StaticKeyPair pair = StaticKeyPair.FromPrivateKey(privateKey);
        return pair.PublicKey.ToArray();
    }
}
