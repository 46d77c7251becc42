using BenchmarkDotNet.Attributes;
using FastPath.Protocol.Paths;

namespace FastPath.Benchmarks.Packets;

/// <summary>The whole way of a packet but the kernel's part: ring, frames, seal, open, ring, acknowledgement, on one thread.</summary>
public class PacketPathBenchmarks : IDisposable
{
    /// <summary>Packets of one call; a figure is of one packet, both ends together.</summary>
    private const int Packets = 1_000;

    private PathInMemory _path = null!;

    [Params(1_200, 1_452, 8_952)]
    public int PacketBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _path = new PathInMemory(PathMtuSettings.Fixed(PacketBytes));

        // The window opens, and ledgers and ranges grow to what they need.
        _path.Send(100 * Packets);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _path?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public long SendAndReceive() => _path.Send(Packets);
}
