using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>A transport packet of anybody: its header, then the attempt to open it.</summary>
internal sealed class PacketHeaderTarget : IFuzzTarget
{
    private const int PlaintextLength = 24;

    private static readonly PacketCipher Cipher = PacketCipher.Find(CipherSuite.ChaCha20Poly1305)!;
    private static readonly byte[] Secret = [.. Enumerable.Repeat((byte)7, PhaseKey.SecretLength)];
    private static readonly Duration KeepOldKeys = Duration.FromSeconds(1);

    private readonly byte[] _packet = new byte[Outcome.InputMax];

    public string Name => "packet-header";

    public long AllocatedBytesMax => 128 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            yield return ("first-packet", Seal(rekey: false));
            yield return ("next-phase", Seal(rekey: true));
            byte[] header = new byte[PacketHeader.Length];
            new PacketHeader(uint.MaxValue, 200, ulong.MaxValue).Write(header);
            yield return ("header-alone", header);
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input);
        Span<byte> packet = _packet.AsSpan(0, input.Length);
        input.CopyTo(packet);
        if (!PacketHeader.TryRead(packet, out PacketHeader header))
        {
            OracleException.Require(
                input.Length < PacketHeader.Length || input[0] != (byte)DatagramType.Transport, "a header is refused");
            return Outcome.Of(-1, Math.Min(input.Length, PacketHeader.Length));
        }

        Span<byte> written = stackalloc byte[PacketHeader.Length];
        header.Write(written);
        OracleException.Require(input.StartsWith(written), "the header comes back as other bytes");
        using var opener = new PacketOpener(Cipher, Secret);
        OpenResult result = opener.TryOpen(packet, in header, Instant.Zero, KeepOldKeys, out int length);
        if (result == OpenResult.Opened)
        {
            OracleException.Require(
                length == input.Length - PacketHeader.Length - Cipher.TagLength, "the plaintext has another length");
            input.CopyTo(packet);
            result = opener.TryOpen(packet, in header, Instant.Zero, KeepOldKeys, out _);
            OracleException.Require(result == OpenResult.Duplicate, "a packet opens twice");
        }

        return Outcome.Of((long)result, opener.Phase);
    }

    private static byte[] Seal(bool rekey)
    {
        var limits = new RekeyLimits(1, Duration.FromSeconds(1));
        using var sealer = new PacketSealer(Cipher, Secret, limits, Instant.Zero);
        byte[] packet = new byte[PlaintextLength + sealer.Overhead];
        sealer.Seal(9, packet, PlaintextLength);
        if (rekey)
        {
            sealer.OnAcknowledged(0);
            sealer.TryRekey(Instant.Zero);
            packet.AsSpan().Clear();
            sealer.Seal(9, packet, PlaintextLength);
        }

        return packet;
    }
}
