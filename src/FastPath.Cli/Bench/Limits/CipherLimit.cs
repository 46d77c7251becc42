using System.Diagnostics;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Cli.Bench.Limits;

/// <summary>Packets sealed and opened on one core, with nothing around them.</summary>
internal static class CipherLimit
{
    private const int Packets = 100;
    private const long TotalBytes = 40_000_000;

    private static readonly Duration KeepOldKeys = Duration.FromSeconds(1);

    /// <returns>MB/s of plaintext.</returns>
    public static (double Seal, double Open) Measure(PacketCipher cipher, int packetBytes)
    {
        byte[] secret = new byte[PhaseKey.SecretLength];
        using var sealer = new PacketSealer(cipher, secret, RekeyLimits.Default, Instant.Zero);
        using var opener = new PacketOpener(cipher, secret);
        byte[] packets = GC.AllocateArray<byte>(Packets * packetBytes, pinned: true);
        int plaintext = packetBytes - sealer.Overhead;
        long sealTicks = 0;
        long openTicks = 0;
        long bytes = 0;
        for (; bytes < TotalBytes; bytes += Packets * plaintext)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Packets; i++)
            {
                sealer.Seal(0, packets.AsSpan(i * packetBytes, packetBytes), plaintext);
            }

            long middle = Stopwatch.GetTimestamp();
            for (int i = 0; i < Packets; i++)
            {
                Span<byte> packet = packets.AsSpan(i * packetBytes, packetBytes);
                PacketHeader.TryRead(packet, out PacketHeader header);
                if (opener.TryOpen(packet, in header, Instant.Zero, KeepOldKeys, out _) != OpenResult.Opened)
                {
                    throw new InvalidOperationException("what was sealed does not open");
                }
            }

            sealTicks += middle - start;
            openTicks += Stopwatch.GetTimestamp() - middle;
        }

        return (Rate(bytes, sealTicks), Rate(bytes, openTicks));
    }

    private static double Rate(long bytes, long ticks) => bytes / 1e6 / ((double)ticks / Stopwatch.Frequency);
}
