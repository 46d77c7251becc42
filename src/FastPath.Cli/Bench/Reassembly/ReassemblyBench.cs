using System.Diagnostics;
using FastPath.Buffers.Pooling;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;

namespace FastPath.Cli.Bench.Reassembly;

/// <summary>A payload put together from fragments in memory: written into a ring as they come, read as soon as they can be.</summary>
internal sealed class ReassemblyBench
{
    public const int FragmentBytes = 1_130;

    private const int Rounds = 11;
    private const int Ten = 10;
    private const int Window = 64;

    // What a sink grants a sender.
    private static readonly long WindowBytes = StreamSettings.Default.SinkWindowBytesMin;

    private readonly byte[] _payload;
    private readonly byte[] _output;
    private readonly int _fragments;
    private readonly PinnedSlabPool _pool = new(4 * WindowBytes);

    private ReassemblyBench(int size)
    {
        _payload = GC.AllocateArray<byte>(size, pinned: true);
        new SeededRandom(1).Fill(_payload);
        _output = GC.AllocateArray<byte>(size, pinned: true);
        _fragments = (size + FragmentBytes - 1) / FragmentBytes;
    }

    public static ReassemblyReport Run(int size)
    {
        var bench = new ReassemblyBench(size);
        ArrivalPattern[] patterns = Enum.GetValues<ArrivalPattern>();
        int[][] orders = [.. patterns.Select(bench.OrderOf)];
        var rounds = patterns.Select(_ => new ReassemblyRound[Rounds]).ToArray();
        var copy = new double[Rounds];

        // Interleaved, so that a slow phase of the machine falls on all alike; one round more, to warm up.
        for (int round = -1; round < Rounds; round++)
        {
            for (int i = 0; i < patterns.Length; i++)
            {
                ReassemblyRound result = bench.Measure(orders[i]);
                if (round >= 0)
                {
                    rounds[i][round] = result;
                }
            }

            copy[Math.Max(0, round)] = CopyLimit.Measure(FragmentBytes);
        }

        return new ReassemblyReport(size, patterns, rounds, Figures.Median(copy));
    }

    private ReassemblyRound Measure(int[] order)
    {
        Array.Clear(_output);
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        FragmentRing ring = FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, 0, WindowBytes)!;
        RingCursor cursor = ring.TryAddCursor()!;
        long begun = Stopwatch.GetTimestamp();
        long firstAt = 0;
        foreach (int fragment in order)
        {
            int offset = fragment * FragmentBytes;
            RingWriteResult result = ring.Write(
                offset, _payload.AsSpan(offset, Math.Min(FragmentBytes, _payload.Length - offset)), out _);
            if (result != RingWriteResult.Stored)
            {
                throw new InvalidOperationException($"fragment {fragment}: {result}");
            }

            long available = ring.Frontier - cursor.Position;
            if (available > 0)
            {
                ring.CopyTo(cursor.Position, _output.AsSpan((int)cursor.Position, (int)available));
                firstAt = firstAt == 0 ? Stopwatch.GetTimestamp() : firstAt;
                cursor.Advance(cursor.Position + available);
                ring.Reclaim();
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        ring.RemoveCursor(cursor);
        ring.Abandon();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        return _output.AsSpan().SequenceEqual(_payload)
            ? new ReassemblyRound(
                _payload.Length / 1e6 / seconds,
                ring.PeakReorderedBytes,
                Stopwatch.GetElapsedTime(begun, firstAt).TotalMicroseconds,
                allocated)
            : throw new InvalidDataException("what was put together is not what was taken apart");
    }

    private int[] OrderOf(ArrivalPattern pattern)
    {
        int[] order = [.. Enumerable.Range(0, _fragments)];
        var random = new SeededRandom(2);
        switch (pattern)
        {
            case ArrivalPattern.ChunksOf10:
                for (int i = _fragments - 1; i > 0; i--)
                {
                    int other = (i / Ten * Ten) + random.NextInt32((i % Ten) + 1);
                    (order[i], order[other]) = (order[other], order[i]);
                }

                break;
            case ArrivalPattern.RandomWindow64:
                Draw(order, random);
                break;
            case ArrivalPattern.Reversed:
                int perWindow = (int)(WindowBytes / FragmentBytes);
                for (int first = 0; first < _fragments; first += perWindow)
                {
                    Array.Reverse(order, first, Math.Min(perWindow, _fragments - first));
                }

                break;
        }

        return order;
    }

    /// <summary>Draws each next fragment from those of the first missing 64 that have not come.</summary>
    private static void Draw(int[] order, SeededRandom random)
    {
        var waiting = new List<int>();
        int next = 0;
        for (int i = 0; i < order.Length; i++)
        {
            while (next < order.Length && (waiting.Count == 0 || next < waiting[0] + Window))
            {
                waiting.Add(next++);
            }

            int drawn = random.NextInt32(waiting.Count);
            order[i] = waiting[drawn];
            waiting.RemoveAt(drawn);
        }
    }
}
