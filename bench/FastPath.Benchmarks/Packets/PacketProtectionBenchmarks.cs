using BenchmarkDotNet.Attributes;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Benchmarks.Packets;

/// <summary>A packet of 1,200 bytes sealed, and opened with header, replay window and key of its phase.</summary>
public class PacketProtectionBenchmarks : IDisposable
{
    private const int PacketBytes = 1_200;

    // Below every cipher's limit, and rare enough to vanish in the mean: a long run must not end at a used-up key.
    private const ulong RekeyAfterPackets = 1UL << 22;

    private static readonly Duration KeepOldKeys = Duration.FromSeconds(1);

    private readonly byte[] _packet = new byte[PacketBytes];
    private readonly byte[] _forged = new byte[PacketBytes];
    private PacketSealer _sealer = null!;
    private PacketOpener _opener = null!;

    /// <summary>The ciphers that this processor supports.</summary>
    public static IEnumerable<string> Ciphers => PacketCipher.Supported.Select(cipher => cipher.Name);

    [ParamsSource(nameof(Ciphers))]
    public string Cipher { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        PacketCipher cipher = PacketCipher.Supported.Single(candidate => candidate.Name == Cipher);
        byte[] secret = new byte[PhaseKey.SecretLength];
        _sealer = new PacketSealer(
            cipher, secret, new RekeyLimits(RekeyAfterPackets, Duration.FromSeconds(1e6)), Instant.Zero);
        _opener = new PacketOpener(cipher, secret);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _sealer?.Dispose();
        _opener?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Seal()
    {
        ulong counter = _sealer.NextCounter;
        int length = _sealer.Seal(9, _packet, PacketBytes - _sealer.Overhead);
        if (counter % RekeyAfterPackets == RekeyAfterPackets - 1)
        {
            _sealer.OnAcknowledged(counter);
            _sealer.TryRekey(Instant.Zero);
        }

        return length;
    }

    [Benchmark]
    public int SealAndOpen()
    {
        Seal();
        PacketHeader.TryRead(_packet, out PacketHeader header);
        OpenResult result = _opener.TryOpen(_packet, in header, Instant.Zero, KeepOldKeys, out int length);
        return result == OpenResult.Opened ? length : throw new InvalidOperationException($"The packet is {result}.");
    }

    /// <summary>What junk costs its receiver.</summary>
    [Benchmark]
    public int RefuseForged()
    {
        OpenResult result = _opener.TryOpen(
            _forged, new PacketHeader(9, _opener.Phase, ulong.MaxValue), Instant.Zero, KeepOldKeys, out int length);
        return result == OpenResult.NotAuthentic ? length : throw new InvalidOperationException($"Junk is {result}.");
    }
}
