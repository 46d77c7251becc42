using FastPath.Protocol.Congestion;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

/// <summary>How much slower than its estimate a flow goes for a queue, for how long, and where not at all.</summary>
public sealed class QueueTrimTests
{
    private const double Most = 0.05;
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(100);

    [Fact]
    public void Without_a_queue_nothing_is_given_up()
    {
        var trim = default(QueueTrim);
        Assert.Equal(0, trim.Share);
        for (int i = 0; i < 100; i++)
        {
            trim.EndRoundTrip(Duration.Zero, RoundTrip);
            Assert.Equal(0, trim.Share);
        }
    }

    [Fact]
    public void A_longer_queue_is_drained_faster_and_none_takes_more_than_a_twentieth()
    {
        double before = 0;
        foreach (double milliseconds in (double[])[0.1, 1, 5, 10])
        {
            double share = ShareAfter(roundTrips: 1, milliseconds);
            Assert.InRange(share, before * 1.5, Most);
            before = share;
        }

        Assert.Equal(Most, ShareAfter(roundTrips: 1, milliseconds: 1_000));
        Assert.Equal(Most, ShareAfter(roundTrips: 1_000, milliseconds: 1_000));
    }

    [Fact]
    public void A_queue_of_one_round_trip_leaves_next_to_nothing_behind()
    {
        var trim = default(QueueTrim);
        trim.EndRoundTrip(RoundTrip * 10, RoundTrip);
        Assert.Equal(Most, trim.Share);
        trim.EndRoundTrip(Duration.Zero, RoundTrip);
        Assert.InRange(trim.Share, 0, Most / 20);
    }

    [Fact]
    public void A_queue_that_stands_is_answered_by_more_with_every_round_trip()
    {
        // A thousandth of a round trip: what is as large as the queue would never drain it alone.
        Duration queue = RoundTrip / 1_000;
        var trim = default(QueueTrim);
        trim.EndRoundTrip(queue, RoundTrip);
        double first = trim.Share;
        for (int i = 0; i < 200; i++)
        {
            double before = trim.Share;
            trim.EndRoundTrip(queue, RoundTrip);
            Assert.True(trim.Share > before, $"round trip {i}");
        }

        Assert.InRange(trim.Share, first * 20, Most);
    }

    [Fact]
    public void What_was_learnt_is_kept_for_a_while_and_forgotten_to_the_end()
    {
        var trim = default(QueueTrim);
        for (int i = 0; i < 1_000; i++)
        {
            trim.EndRoundTrip(RoundTrip, RoundTrip);
        }

        for (int i = 0; i < 10; i++)
        {
            trim.EndRoundTrip(Duration.Zero, RoundTrip);
            Assert.InRange(trim.Share, Most / 2, Most);
        }

        int roundTrips = 0;
        while (trim.Share > 0)
        {
            double before = trim.Share;
            trim.EndRoundTrip(Duration.Zero, RoundTrip);
            Assert.True(trim.Share < before);
            roundTrips++;
        }

        Assert.InRange(roundTrips, 50, 200);
    }

    [Fact]
    public void Below_half_a_millisecond_what_waits_is_no_queue_and_what_was_learnt_is_forgotten()
    {
        var trim = default(QueueTrim);
        trim.EndRoundTrip(RoundTrip, Duration.FromMilliseconds(0.499));
        Assert.Equal(0, trim.Share);
        trim.EndRoundTrip(RoundTrip, Duration.FromMilliseconds(0.5));
        Assert.Equal(Most, trim.Share);
        for (int i = 0; i < 100; i++)
        {
            trim.EndRoundTrip(RoundTrip, Duration.FromMilliseconds(0.499));
        }

        Assert.Equal(0, trim.Share);
    }

    [Fact]
    public void After_any_round_trips_it_is_within_its_bounds()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var random = new SeededRandom(seed);
            var trim = default(QueueTrim);
            for (int i = 0; i < 300; i++)
            {
                Duration queue = random.NextChance(0.5) ? Duration.Zero : Duration.FromMicroseconds(random.NextInt32(1 << random.NextInt32(30)));
                trim.EndRoundTrip(queue, Duration.FromMicroseconds(random.NextInt32(1_000_000)));
                Assert.InRange(trim.Share, 0, Most);
            }
        }
    }

    private static double ShareAfter(int roundTrips, double milliseconds)
    {
        var trim = default(QueueTrim);
        for (int i = 0; i < roundTrips; i++)
        {
            trim.EndRoundTrip(Duration.FromMilliseconds(milliseconds), RoundTrip);
        }

        return trim.Share;
    }
}
