using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

/// <summary>The parts of the model: what raises, keeps and ages an estimate.</summary>
public sealed class BbrModelTests
{
    private static readonly Duration Short = Duration.FromMilliseconds(40);
    private static readonly Duration Queued = Duration.FromMilliseconds(70);

    [Fact]
    [Trait("Scenario", "F10")]
    public void App_limited_samples_raise_the_estimate_and_never_lower_it()
    {
        var filter = default(BandwidthFilter);
        filter.Add(1_000, isAppLimited: false);
        filter.Add(10, isAppLimited: true);
        filter.Advance();
        filter.Add(10, isAppLimited: true);
        filter.Advance();
        filter.Advance();
        Assert.Equal(1_000, filter.BytesPerSecond);
        filter.Add(2_000, isAppLimited: true);
        Assert.Equal(2_000, filter.BytesPerSecond);
    }

    [Fact]
    public void A_slower_path_is_believed_after_two_cycles()
    {
        var filter = default(BandwidthFilter);
        filter.Add(1_000, isAppLimited: false);
        filter.Advance();
        filter.Add(500, isAppLimited: false);
        Assert.Equal(1_000, filter.BytesPerSecond);
        filter.Advance();
        filter.Add(400, isAppLimited: false);
        Assert.Equal(500, filter.BytesPerSecond);
    }

    [Fact]
    public void Three_flat_round_trips_are_a_plateau()
    {
        var plateau = default(PlateauDetector);
        long rate = 1_000;
        for (int i = 0; i < 10; i++)
        {
            plateau.Add(rate, isAppLimited: false, isRoundTripStart: true);
            rate = rate * 5 / 4;
        }

        Assert.Equal(0, plateau.FlatRoundTrips);
        plateau.Add(rate / 2, isAppLimited: true, isRoundTripStart: true);
        plateau.Add(rate / 2, isAppLimited: false, isRoundTripStart: false);
        Assert.Equal(0, plateau.FlatRoundTrips);
        for (int i = 0; i < 3; i++)
        {
            Assert.False(plateau.IsPlateau);
            plateau.Add(rate / 2, isAppLimited: false, isRoundTripStart: true);
        }

        Assert.True(plateau.IsPlateau);
    }

    [Fact]
    public void Loss_without_a_queue_is_tolerated_once_it_is_known()
    {
        var background = default(BackgroundLoss);
        Assert.True(Round(ref background, lost: 5, delivered: 95, Short), "five per cent at once are suspicious");
        for (int i = 0; i < 30; i++)
        {
            Round(ref background, lost: 5, delivered: 95, Short);
        }

        Assert.False(Round(ref background, lost: 5, delivered: 95, Short));
        Assert.InRange(background.ProbeThreshold, 0.08, 0.1);
        Assert.True(Round(ref background, lost: 15, delivered: 85, Short), "three times as much is more than the path's own");
    }

    [Fact]
    public void Loss_with_a_standing_queue_counts_from_the_first_packet_and_teaches_nothing()
    {
        var background = default(BackgroundLoss);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(Round(ref background, lost: 1, delivered: 99, Queued));
        }

        Assert.Equal(0.02, background.ProbeThreshold);
    }

    [Fact]
    public void Nobody_learns_to_live_with_heavy_loss()
    {
        var background = default(BackgroundLoss);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(Round(ref background, lost: 30, delivered: 70, Short));
        }

        Assert.InRange(background.ProbeThreshold, 0.02, 0.1701);
    }

    [Fact]
    public void A_path_that_has_become_clean_is_trusted_less_again()
    {
        var background = default(BackgroundLoss);
        for (int i = 0; i < 50; i++)
        {
            Round(ref background, lost: 5, delivered: 95, Short);
        }

        for (int i = 0; i < 100; i++)
        {
            Round(ref background, lost: 0, delivered: 100, Short);
        }

        Assert.InRange(background.ProbeThreshold, 0.02, 0.025);
    }

    [Fact]
    public void Acknowledgements_in_batches_ask_for_as_much_more_in_flight()
    {
        var aggregation = default(AckAggregation);
        long delivered = 0;
        for (int i = 1; i <= 100; i++)
        {
            // 1,000 bytes a millisecond, told in batches of 10 ms.
            delivered += 10_000;
            AckSample ack = Samples.Ack(
                Instant.Zero + Duration.FromMilliseconds(10 * i), 100_000, 10_000, delivered);
            aggregation.Add(in ack, bytesPerSecond: 1_000_000, windowBytes: 100_000, isRoundTripStart: i % 4 == 0);
        }

        Assert.InRange(aggregation.ExtraBytes, 10_000, 20_000);
    }

    private static bool Round(ref BackgroundLoss background, int lost, int delivered, Duration roundTrip)
    {
        background.OnLost(lost * Samples.Datagram);
        AckSample ack = Samples.Ack(Instant.Zero, 100_000, delivered * Samples.Datagram, 0, roundTrip: roundTrip);
        background.OnAcknowledged(in ack);
        return background.EndRoundTrip(Short, 90_000, Samples.Datagram);
    }
}
