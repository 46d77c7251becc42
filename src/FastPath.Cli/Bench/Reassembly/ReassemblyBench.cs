using System.Diagnostics;
using FastPath.Buffers.Pooling;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;

namespace FastPath.Cli.Bench.Reassembly;

/// <summary>A payload put together from fragments in memory: written into a ring as they come, read in place as soon as they can be.</summary>
/// <remarks>Readers get the ring's own memory, so nothing is copied twice. Rounds that are not timed compare every byte.</remarks>
internal sealed class ReassemblyBench
{
    public const int FragmentBytes = 1_130;

    // Fragments lie in packets as they come: at any alignment to where they go.
    private const int PacketBytes = 1_200;
    private const int HeaderBytes = 40;
    private const int Rounds = 11;
    private const int Ten = 10;
    private const int Window = 64;

    // It takes so many until all of it is in the cache.
    private const int PassesToWarm = 8;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    // What a sink grants a sender.
    private static readonly long WindowBytes = StreamSettings.Default.SinkWindowBytesMin;

    private readonly byte[] _payload;
    private readonly byte[] _packets;
    private readonly int _fragments;
    private readonly PinnedSlabPool _pool = new(4 * WindowBytes);

    private ReassemblyBench(int size)
    {
        _payload = new byte[size];
        new SeededRandom(1).Fill(_payload);
        _fragments = (size + FragmentBytes - 1) / FragmentBytes;
        _packets = GC.AllocateArray<byte>(_fragments * PacketBytes, pinned: true);
        for (int i = 0; i < _fragments; i++)
        {
            FragmentOf(i, _payload).CopyTo(InPacket(i));
        }
    }

    public static ReassemblyReport Run(int size)
    {
        var bench = new ReassemblyBench(size);
        ArrivalPattern[] patterns = Enum.GetValues<ArrivalPattern>();
        int[][] orders = [.. patterns.Select(bench.OrderOf)];
        var rounds = patterns.Select(_ => new ReassemblyRound[Rounds]).ToArray();
        var copy = new double[Rounds];

        // Until the code has its final form; every byte is compared meanwhile.
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < WarmUp)
        {
            Array.ForEach(orders, order => bench.Measure(order, isTimed: false));
            CopyLimit.Measure(FragmentBytes);
        }

        // Interleaved, so that a slow phase of the machine falls on all alike; each behind itself, so that packets are in
        // the cache, as those of a socket are, and as what the copy beside it copies is.
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < patterns.Length; i++)
            {
                for (int pass = 0; pass < PassesToWarm; pass++)
                {
                    bench.Measure(orders[i], isTimed: true);
                }

                rounds[i][round] = bench.Measure(orders[i], isTimed: true);
            }

            copy[round] = CopyLimit.Measure(FragmentBytes);
        }

        return new ReassemblyReport(size, patterns, rounds, Figures.Median(copy));
    }

    private ReassemblyRound Measure(int[] order, bool isTimed)
    {
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        FragmentRing ring = FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, 0, WindowBytes)!;
        RingCursor cursor = ring.TryAddCursor()!;
        long begun = Stopwatch.GetTimestamp();
        long firstAt = 0;
        long ends = 0;
        foreach (int fragment in order)
        {
            int offset = fragment * FragmentBytes;
            RingWriteResult result = ring.Write(
                offset, InPacket(fragment)[..FragmentOf(fragment, _payload).Length], out _);
            if (result != RingWriteResult.Stored)
            {
                throw new InvalidOperationException($"fragment {fragment}: {result}");
            }

            long position = cursor.Position;
            while (position < ring.Frontier)
            {
                ReadOnlySpan<byte> bytes = ring.Peek(position, ring.Frontier).Span;
                firstAt = firstAt == 0 ? Stopwatch.GetTimestamp() : firstAt;
                ends += bytes[^1];
                if (!isTimed && !bytes.SequenceEqual(_payload.AsSpan((int)position, bytes.Length)))
                {
                    throw new InvalidDataException("what was put together is not what was taken apart");
                }

                position += bytes.Length;
            }

            if (position > cursor.Position)
            {
                cursor.Advance(position);
                ring.Reclaim();
            }
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        ring.RemoveCursor(cursor);
        ring.Abandon();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        return cursor.Position == _payload.Length && ends > 0
            ? new ReassemblyRound(
                _payload.Length / 1e6 / seconds,
                ring.PeakReorderedBytes,
                Stopwatch.GetElapsedTime(begun, firstAt).TotalMicroseconds,
                allocated)
            : throw new InvalidDataException("not every byte was read");
    }

    private static Span<byte> FragmentOf(int index, byte[] payload) =>
        payload.AsSpan(index * FragmentBytes, Math.Min(FragmentBytes, payload.Length - (index * FragmentBytes)));

    private Span<byte> InPacket(int index) => _packets.AsSpan((index * PacketBytes) + HeaderBytes, FragmentBytes);

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
