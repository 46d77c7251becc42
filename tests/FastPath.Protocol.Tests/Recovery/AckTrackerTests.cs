using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

public sealed class AckTrackerTests
{
    private static readonly Duration MaxAckDelay = Duration.FromMilliseconds(5);

    [Fact]
    public void Ranges_agree_with_a_set_of_numbers()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            var tracker = new AckTracker(MaxAckDelay);
            var seen = new SortedSet<ulong>();
            for (int i = 0; i < 60; i++)
            {
                ulong number = (ulong)random.NextInt32(100);
                tracker.OnPacketReceived(number, true, Instant.Zero);
                seen.Add(number);
            }

            var ranges = new AckRange[64];
            int count = tracker.CopyRanges(ranges);
            var expanded = new List<ulong>();
            for (int i = count - 1; i >= 0; i--)
            {
                Assert.True(i == 0 || ranges[i].Largest + 1 < ranges[i - 1].Smallest);
                for (ulong number = ranges[i].Smallest; number <= ranges[i].Largest; number++)
                {
                    expanded.Add(number);
                }
            }

            Assert.Equal(seen, expanded);
        }
    }

    [Fact]
    [Trait("Scenario", "F3")]
    public void Every_burst_is_acknowledged_within_the_maximum_delay()
    {
        for (int burst = 1; burst <= 40; burst++)
        {
            var tracker = new AckTracker(MaxAckDelay);
            for (int i = 0; i < burst; i++)
            {
                Instant now = Instant.Zero + Duration.FromMicroseconds(i * 10);
                tracker.OnPacketReceived((ulong)i, true, now);
                Assert.True(tracker.Deadline <= Instant.Zero + MaxAckDelay);
            }
        }
    }

    [Fact]
    [Trait("Scenario", "F5")]
    public void Packets_of_an_ACK_alone_never_cause_one()
    {
        var tracker = new AckTracker(MaxAckDelay);
        tracker.OnPacketReceived(0, false, Instant.Zero);
        Assert.False(tracker.IsPending);
    }

    [Fact]
    [Trait("Scenario", "F4")]
    public void A_duplicate_is_acknowledged_again()
    {
        var tracker = new AckTracker(MaxAckDelay);
        tracker.OnPacketReceived(0, true, Instant.Zero);
        tracker.OnAckSent(withElicitingFrames: false);
        Assert.False(tracker.IsPending);
        tracker.OnDuplicate(0, Instant.Zero);
        Assert.True(tracker.IsPending);
    }

    [Fact]
    [Trait("Scenario", "F5")]
    public void A_duplicate_of_an_ACK_alone_causes_none()
    {
        var tracker = new AckTracker(MaxAckDelay);
        tracker.OnPacketReceived(0, false, Instant.Zero);
        tracker.OnPacketReceived(1, true, Instant.Zero);
        tracker.OnAckSent(withElicitingFrames: false);
        tracker.OnDuplicate(0, Instant.Zero);
        Assert.False(tracker.IsPending);
    }

    [Fact]
    [Trait("Scenario", "F5")]
    public void A_one_way_receiver_asks_for_one_answer_in_64_acknowledgements()
    {
        var tracker = new AckTracker(MaxAckDelay);
        int pings = 0;
        for (int i = 0; i < 640; i++)
        {
            tracker.OnPacketReceived((ulong)i, true, Instant.Zero);
            tracker.OnAckSent(withElicitingFrames: false);
            pings += tracker.WantsPing ? 1 : 0;
        }

        Assert.Equal(10, pings);
    }

    [Fact]
    public void More_ranges_than_the_bound_forget_the_oldest()
    {
        var tracker = new AckTracker(MaxAckDelay);
        for (ulong i = 0; i < 500; i++)
        {
            tracker.OnPacketReceived(2 * i, true, Instant.Zero);
        }

        var ranges = new AckRange[500];
        Assert.Equal(64, tracker.CopyRanges(ranges));
        Assert.Equal(998UL, ranges[0].Largest);
    }

    [Fact]
    public void An_ack_is_held_while_all_that_is_owed_one_will_be_answered()
    {
        var tracker = new AckTracker(MaxAckDelay);
        tracker.Hold();
        Assert.False(tracker.IsHeld);
        tracker.OnPacketReceived(1, true, Instant.Zero);
        Assert.False(tracker.IsHeld);
        tracker.Hold();
        Assert.True(tracker.IsHeld);
        Assert.Equal(Instant.Zero + MaxAckDelay, tracker.Deadline);
        tracker.OnPacketReceived(2, true, Instant.Zero);
        Assert.False(tracker.IsHeld);
        tracker.OnAckSent(withElicitingFrames: true);
        tracker.OnPacketReceived(3, true, Instant.Zero);
        Assert.False(tracker.IsHeld);
    }

    [Fact]
    public void An_ack_is_not_held_for_many_packets()
    {
        var tracker = new AckTracker(MaxAckDelay);
        int held = 0;
        for (ulong number = 0; number < 100; number++)
        {
            tracker.OnPacketReceived(number, true, Instant.Zero);
            tracker.Hold();
            held += tracker.IsHeld ? 1 : 0;
        }

        Assert.InRange(held, 1, 20);
    }
}
