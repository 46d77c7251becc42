using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Tests.Streams;

public sealed class RangeSetTests
{
    [Fact]
    public void Gaps_are_what_is_not_covered()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            var set = new RangeSet();
            bool[] covered = new bool[100];
            for (int i = 0; i < 8; i++)
            {
                int start = random.NextInt32(100);
                int end = start + random.NextInt32(100 - start);
                set.Add(start, end);
                covered.AsSpan(start, end - start).Fill(true);
            }

            int from = random.NextInt32(100);
            int to = from + random.NextInt32(100 - from);
            bool[] gaps = new bool[100];
            long position = from;
            while (set.TryFindGap(position, to, out long gapStart, out long gapEnd))
            {
                gaps.AsSpan((int)gapStart, (int)(gapEnd - gapStart)).Fill(true);
                position = gapEnd;
            }

            Assert.Equal(covered.Select((c, i) => !c && i >= from && i < to), gaps);
        }
    }

    private const int Universe = 200;

    [Fact]
    public void Any_operations_agree_with_an_array_of_flags()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SeededRandom(seed);
            var set = new RangeSet();
            bool[] model = new bool[Universe];
            for (int step = 0; step < 200; step++)
            {
                int start = random.NextInt32(Universe);
                int end = start + random.NextInt32(Math.Min(30, Universe - start) + 1);
                switch (random.NextInt32(4))
                {
                    case 0 or 1:
                        Assert.Equal(model[start..end].Count(covered => !covered), set.Add(start, end));
                        model.AsSpan(start, end - start).Fill(true);
                        break;
                    case 2:
                        set.Remove(start, end);
                        model.AsSpan(start, end - start).Clear();
                        break;
                    default:
                        Assert.Equal(model[start..end].All(covered => covered), set.Contains(start, end));
                        if (random.NextChance(0.2) && set.TryPopFront(10, out long from, out long to))
                        {
                            Assert.Equal(Array.IndexOf(model, true), from);
                            model.AsSpan((int)from, (int)(to - from)).Clear();
                        }

                        break;
                }

                AssertSame(model, set, seed);
            }
        }
    }

    [Fact]
    [Trait("Category", "Allocation")]
    public void A_warm_set_allocates_nothing()
    {
        var set = new RangeSet();
        long before = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (i == 10_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            set.Add(i * 10L, (i * 10L) + 5);
            set.Add((i * 10L) + 5, (i * 10L) + 10);
            set.TryPopFront(10, out _, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void AssertSame(bool[] model, RangeSet set, ulong seed)
    {
        bool[] actual = new bool[Universe];
        for (int i = 0; i < set.Count; i++)
        {
            (long start, long end) = set[i];
            Assert.True(start < end && (i == 0 || set[i - 1].End < start), $"seed {seed}: not sorted and disjoint");
            actual.AsSpan((int)start, (int)(end - start)).Fill(true);
        }

        Assert.True(model.AsSpan().SequenceEqual(actual), $"seed {seed}");
    }
}
