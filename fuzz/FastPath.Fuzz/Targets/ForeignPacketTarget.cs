using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Foreign;
using FastPath.Serialization.Foreign;

namespace FastPath.Fuzz.Targets;

/// <summary>Packets of the foreign wire: opened as they come, and plaintexts sealed and opened again.</summary>
/// <remarks>Layout: mode; key, 16 bytes (symmetric) or 32 (intro); packet or plaintext.</remarks>
internal sealed class ForeignPacketTarget : IFuzzTarget
{
    private const int Modes = 4;

    private readonly byte[] _packet = new byte[Outcome.ValueMax + IntroPacket.Overhead];
    private readonly byte[] _plaintext = new byte[Outcome.ValueMax];

    public string Name => "foreign-packet";

    public long AllocatedBytesMax => 64 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            foreach (var vector in GoldenVectors.Read("packets.json", "symmetric").Take(6))
            {
                byte[] key = GoldenVectors.Hex(vector, "key");
                string name = GoldenVectors.Text(vector, "name");
                yield return (name, [0, .. key, .. GoldenVectors.Hex(vector, "packet")]);
                yield return ($"{name}_plaintext", [1, .. key, .. GoldenVectors.Hex(vector, "plaintext")]);
            }

            foreach (var vector in GoldenVectors.Read("packets.json", "intro"))
            {
                byte[] key = GoldenVectors.Hex(vector, "recipient_secret");
                string name = GoldenVectors.Text(vector, "name");
                yield return (name, [2, .. key, .. GoldenVectors.Hex(vector, "packet")]);
                yield return ($"{name}_plaintext", [3, .. key, .. GoldenVectors.Hex(vector, "plaintext")]);
            }

            foreach (var vector in GoldenVectors.Read("packets.json", "intro_negative"))
            {
                string name = GoldenVectors.Text(vector, "name");
                if (name.StartsWith("small_order", StringComparison.Ordinal))
                {
                    yield return ($"intro_{name}",
                        [2, .. GoldenVectors.Hex(vector, "recipient_secret"), .. GoldenVectors.Hex(vector, "packet")]);
                }
            }
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input, Outcome.ValueMax);
        int mode = input.IsEmpty ? 0 : input[0] % Modes;
        int keyLength = mode < 2 ? SymmetricKey.Length : StaticKeyPair.KeyLength;
        if (input.Length < 1 + keyLength)
        {
            return Outcome.Of(-1);
        }

        ReadOnlySpan<byte> key = input.Slice(1, keyLength);
        ReadOnlySpan<byte> rest = input[(1 + keyLength)..];
        return Outcome.Of(mode, mode < 2 ? RunSymmetric(key, rest, mode == 1) : RunIntro(key, rest, mode == 3));
    }

    private long RunSymmetric(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, bool seals)
    {
        using var cipher = new SymmetricPacketCipher(SymmetricKey.Read(key));
        ReadOnlySpan<byte> packet = rest;
        if (seals)
        {
            rest = Outcome.Cut(rest, ForeignSizes.PlaintextMax);
            packet = _packet.AsSpan(0, cipher.Seal(key[..SymmetricPacketCipher.NoncePrefixLength], 7, rest, _packet));
        }

        bool isOpened = cipher.TryOpen(packet, _plaintext, out int length);
        OracleException.Require(
            !isOpened || length == packet.Length - SymmetricPacketCipher.Overhead, "opened to another length");
        OracleException.Require(
            !seals || (isOpened && rest.SequenceEqual(_plaintext.AsSpan(0, length))), "it opens to another plaintext");
        return isOpened ? Math.Min(length, 64) : -1 - Math.Min(packet.Length, SymmetricPacketCipher.Overhead);
    }

    private long RunIntro(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, bool seals)
    {
        using var recipient = StaticKeyPair.FromPrivateKey(key);
        ReadOnlySpan<byte> packet = rest;
        if (seals)
        {
            using var ephemeral = StaticKeyPair.FromPrivateKey(HandshakeParties.InitiatorPrivateKey);
            OracleException.Require(
                IntroPacket.TrySeal(recipient.PublicKey, ephemeral, rest, _packet), "a public key of small order");
            packet = _packet.AsSpan(0, rest.Length + IntroPacket.Overhead);
        }

        IntroOpenResult result = IntroPacket.Open(recipient, packet, _plaintext, out int length);
        bool isOpened = result == IntroOpenResult.Opened;
        OracleException.Require(
            (result == IntroOpenResult.InvalidLength) == packet.Length < IntroPacket.Overhead,
            "the length is judged first, and nothing else as one");
        OracleException.Require(
            length == (isOpened ? packet.Length - IntroPacket.Overhead : 0), "opened to another length");
        OracleException.Require(
            !seals || (isOpened && rest.SequenceEqual(_plaintext.AsSpan(0, length))), "it opens to another plaintext");
        return ((long)result << 8) + Math.Min(length, 64);
    }
}
