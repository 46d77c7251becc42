using BenchmarkDotNet.Attributes;
using FastPath.Buffers.Pooling;

namespace FastPath.Benchmarks.Pooling;

/// <summary>A block of the pool rented and returned.</summary>
public class PinnedSlabPoolBenchmarks
{
    private const int Many = 256;

    private readonly PinnedSlabPool _pool = new(2L * Many * PinnedSlabPool.DefaultBlockBytes);
    private readonly SlabBlock[] _blocks = new SlabBlock[Many];

    [Benchmark]
    public int RentAndReturn()
    {
        _pool.TryRent(BufferHolder.ReceiveRing, out SlabBlock block);
        _pool.Return(block, BufferHolder.ReceiveRing);
        return block.Number;
    }

    [Benchmark]
    public int RentUseAndReturn()
    {
        _pool.TryRent(BufferHolder.ReceiveRing, out SlabBlock block);
        int length = _pool.AsMemory(block).Length;
        _pool.Return(block, BufferHolder.ReceiveRing);
        return length;
    }

    [Benchmark(OperationsPerInvoke = Many)]
    public void RentManyAndReturn()
    {
        for (int i = 0; i < Many; i++)
        {
            _pool.TryRent(BufferHolder.Assembly, out _blocks[i]);
        }

        foreach (SlabBlock block in _blocks)
        {
            _pool.Return(block, BufferHolder.Assembly);
        }
    }
}
