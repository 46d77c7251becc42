using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;

namespace FastPath.Fuzz.Peers;

/// <summary>Handshake payloads that the encoder writes, for every target that begins with one.</summary>
internal static class PayloadSeeds
{
    private static readonly byte[] Token = [.. Enumerable.Repeat((byte)9, StatelessResetToken.Length)];

    public static IEnumerable<(string Name, byte[] Bytes)> All
    {
        get
        {
            yield return ("old-node", []);
            yield return ("offer", Write(new HandshakePayload
            {
                VersionMin = HandshakeLayout.VersionMin,
                VersionMax = HandshakeLayout.VersionMax,
                Ciphers = [(byte)CipherSuite.ChaCha20Poly1305, 77],
                Capabilities = new CapabilitySet { Features = 1, Ciphers = 8, PayloadBytesMax = 1 << 20, StreamsMax = 16 },
                ResetToken = Token,
            }));
            yield return ("answer", Write(new HandshakePayload
            {
                VersionMin = HandshakeLayout.VersionMin,
                VersionMax = HandshakeLayout.VersionMax,
                Role = NodeRole.Client,
                Ciphers = [(byte)CipherSuite.ChaCha20Poly1305],
                ResetToken = Token,
            }));
            yield return ("refusal", Write(new HandshakePayload
            {
                VersionMin = 2,
                VersionMax = 9,
                Status = HandshakeStatus.IncompatibleVersion,
            }));
        }
    }

    private static byte[] Write(in HandshakePayload payload)
    {
        byte[] buffer = new byte[256];
        return buffer[..payload.Write(buffer, pad: false)];
    }
}
