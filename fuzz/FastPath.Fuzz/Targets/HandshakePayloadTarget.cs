using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;

namespace FastPath.Fuzz.Targets;

/// <summary>The list inside a handshake message, once it was decrypted.</summary>
internal sealed class HandshakePayloadTarget : IFuzzTarget
{
    private readonly byte[] _written = new byte[Outcome.InputMax + 256];

    public string Name => "handshake-payload";

    public long AllocatedBytesMax => 16 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => PayloadSeeds.All;

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input);
        int items = TlvOracle.Check(input);
        if (!HandshakePayload.TryRead(input, out HandshakePayload payload))
        {
            return Outcome.Of(-1, Math.Sign(items));
        }

        OracleException.Require(items >= 0, "a malformed list is accepted");
        OracleException.Require(payload.VersionMin <= payload.VersionMax, "the versions are upside down");
        OracleException.Require(
            payload.ResetToken.Length is 0 or StatelessResetToken.Length, "a token of another length is accepted");
        CheckReturn(in payload, payload.Write(_written, pad: false));
        CheckReturn(in payload, payload.Write(_written.AsSpan(0, input.Length + 256), pad: true));
        return Outcome.Of(
            Math.Sign(payload.VersionMax),
            Math.Min(payload.Ciphers.Length, 4),
            payload.ResetToken.Length,
            Math.Min(items, 8));
    }

    private void CheckReturn(in HandshakePayload payload, int length)
    {
        OracleException.Require(
            HandshakePayload.TryRead(_written.AsSpan(0, length), out HandshakePayload copy), "its own list is refused");
        OracleException.Require(
            (copy.VersionMin, copy.VersionMax) == (payload.VersionMin, payload.VersionMax)
            && (copy.Role, copy.Status) == (payload.Role, payload.Status)
            && copy.Capabilities == payload.Capabilities
            && copy.Ciphers.SequenceEqual(payload.Ciphers)
            && copy.ResetToken.SequenceEqual(payload.ResetToken),
            "the payload comes back as another one");
    }
}
