using BenchmarkDotNet.Attributes;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;

namespace FastPath.Benchmarks.Streams;

/// <summary>A packet's fragment from arrival to the reader: stored, read as soon as possible, given back.</summary>
/// <remarks>Compare with <see cref="Copy"/> of the same run: the same bytes, copied once and nothing else.</remarks>
public class FragmentRingBenchmarks
{
    private const int Fragments = 1_000;
    private const int FragmentBytes = 1_100;
    private const int Ten = 10;
    private const int Window = 64;

    private readonly byte[] _payload = new byte[Fragments * FragmentBytes];
    private readonly byte[] _output = new byte[Fragments * FragmentBytes];
    private readonly int[] _order = new int[Fragments];
    private FragmentRing _ring = null!;
    private RingCursor _cursor = null!;
    private long _base;

    [Params(ArrivalOrder.InOrder, ArrivalOrder.ShuffledByTens, ArrivalOrder.RandomWindow64, ArrivalOrder.Reversed)]
    public ArrivalOrder Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new SeededRandom(1);
        random.Fill(_payload);
        for (int i = 0; i < Fragments; i++)
        {
            _order[i] = Order == ArrivalOrder.Reversed ? Fragments - 1 - i : i;
        }

        for (int i = Fragments - 1; i > 0 && Order == ArrivalOrder.ShuffledByTens; i--)
        {
            int other = (i / Ten * Ten) + random.NextInt32((i % Ten) + 1);
            (_order[i], _order[other]) = (_order[other], _order[i]);
        }

        if (Order == ArrivalOrder.RandomWindow64)
        {
            Draw(random);
        }

        // One block more than the window: the stream goes on for ever, so a window begins anywhere in a block.
        long capacity = _payload.Length + PinnedSlabPool.DefaultBlockBytes;
        var pool = new PinnedSlabPool(4 * capacity);
        _ring = FragmentRing.TryCreate(pool, BufferHolder.ReceiveRing, 0, capacity)!;
        _cursor = _ring.TryAddCursor()!;
    }

    [Benchmark(OperationsPerInvoke = Fragments)]
    public long InsertAndRead()
    {
        foreach (int fragment in _order)
        {
            int start = fragment * FragmentBytes;
            RingWriteResult result = _ring.Write(_base + start, _payload.AsSpan(start, FragmentBytes), out _);
            if (result != RingWriteResult.Stored)
            {
                throw new InvalidOperationException($"Fragment {fragment}: {result}.");
            }

            Read();
        }

        _base += _payload.Length;
        return _cursor.Position == _base ? _base : throw new InvalidOperationException("Bytes are missing.");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Fragments)]
    public void Copy()
    {
        foreach (int fragment in _order)
        {
            int start = fragment * FragmentBytes;
            _payload.AsSpan(start, FragmentBytes).CopyTo(_output.AsSpan(start));
        }
    }

    private void Draw(SeededRandom random)
    {
        var waiting = new List<int>();
        int next = 0;
        for (int i = 0; i < Fragments; i++)
        {
            while (next < Fragments && (waiting.Count == 0 || next < waiting[0] + Window))
            {
                waiting.Add(next++);
            }

            int drawn = random.NextInt32(waiting.Count);
            _order[i] = waiting[drawn];
            waiting.RemoveAt(drawn);
        }
    }

    private void Read()
    {
        long available = _ring.Frontier - _cursor.Position;
        if (available == 0)
        {
            return;
        }

        _ring.CopyTo(_cursor.Position, _output.AsSpan((int)(_cursor.Position - _base), (int)available));
        _cursor.Advance(_cursor.Position + available);
        _ring.Reclaim();
    }
}
