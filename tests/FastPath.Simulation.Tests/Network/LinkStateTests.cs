using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Network;

/// <summary>The link models themselves: a wrong model would prove anything.</summary>
public sealed class LinkStateTests
{
    private const int Datagram = 1_200;
    private static readonly LinkModel Model = new() { RateBytesPerSecond = 1_200_000, QueueBytes = 12_000 };

    [Fact]
    public void A_policer_lets_its_burst_and_its_rate_pass_and_delays_nothing()
    {
        var model = new LinkModel { PolicerBytesPerSecond = 100_000, PolicerBurstBytes = 10_000 };
        var link = new LinkState();
        int passed = 0;
        for (int i = 0; i < 2_000; i++)
        {
            bool passes = link.TryPass(Instant.Zero + Duration.FromMilliseconds(i), 1_000, model, out Duration delay);
            passed += passes ? 1 : 0;
            Assert.Equal(Duration.Zero, delay);
        }

        // Ten at once and a hundred in each of two seconds.
        Assert.InRange(passed, 209, 211);
        Assert.Equal(2_000 - passed, link.DatagramsDropped);
    }

    [Fact]
    public void A_queue_that_marks_drops_only_what_cannot_be_marked()
    {
        var model = new LinkModel
        {
            RateBytesPerSecond = 100_000,
            QueueBytes = 1_000_000,
            Discipline = QueueDiscipline.CoDel,
            MarksEcn = true,
        };
        foreach (EcnCodepoint sent in (EcnCodepoint[])[EcnCodepoint.CapableZero, EcnCodepoint.NotCapable])
        {
            var link = new LinkState();
            for (int i = 0; i < 1_000; i++)
            {
                EcnCodepoint ecn = sent;
                bool passes = link.TryPass(Instant.Zero + Duration.FromMilliseconds(9 * i), 1_000, model, ref ecn, out _);
                Assert.True(passes || sent == EcnCodepoint.NotCapable);
                Assert.Equal(sent, ecn == EcnCodepoint.CongestionExperienced ? EcnCodepoint.CapableZero : ecn);
            }

            Assert.Equal(sent == EcnCodepoint.CapableZero, link.DatagramsMarked > 0);
            Assert.Equal(sent == EcnCodepoint.NotCapable, link.DatagramsDropped > 0);
        }
    }

    [Fact]
    public void Datagrams_leave_one_after_the_other_at_the_rate()
    {
        var link = new LinkState();
        for (int i = 1; i <= 8; i++)
        {
            Assert.True(link.TryPass(Instant.Zero, Datagram, Model, out Duration delay));
            Assert.Equal(Duration.FromMilliseconds(i), delay);
        }

        Assert.True(link.TryPass(Instant.Zero + Duration.FromMilliseconds(20), Datagram, Model, out Duration later));
        Assert.Equal(Duration.FromMilliseconds(1), later);
        Assert.Equal(9 * Datagram, link.BytesPassed);
    }

    [Fact]
    public void A_full_queue_drops_at_the_tail_and_takes_again_what_fits()
    {
        var link = new LinkState();
        int passed = Enumerable.Range(0, 30).Count(_ => link.TryPass(Instant.Zero, Datagram, Model, out Duration _));
        Assert.Equal(11, passed);
        Assert.Equal(19, link.DatagramsDropped);
        Assert.True(link.TryPass(Instant.Zero + Duration.FromMilliseconds(1), Datagram, Model, out _));
        Assert.Equal(Duration.FromMilliseconds(10), link.LongestWait);
    }

    [Fact]
    public void Controlled_delay_keeps_an_unresponsive_queue_shorter_and_leaves_a_short_burst_alone()
    {
        LinkModel deep = Model with { QueueBytes = 10_000_000 };
        (Duration plain, _) = Overload(deep, excess: 1.2, seconds: 10);
        (Duration controlled, long dropped) = Overload(deep with { Discipline = QueueDiscipline.CoDel }, excess: 1.2, seconds: 10);
        Assert.True(plain.Milliseconds > 1_500, $"{plain}");
        Assert.True(controlled.Milliseconds < 500, $"{controlled}");
        Assert.True(dropped > 100, $"{dropped} dropped");
        (_, long droppedAtOnce) = Overload(deep with { Discipline = QueueDiscipline.CoDel }, excess: 10, seconds: 0.01);
        Assert.Equal(0, droppedAtOnce);
    }

    [Fact]
    public void Bursts_have_the_share_and_the_length_that_the_model_says()
    {
        var link = new LinkState();
        var random = new SeededRandom(3);
        var bursts = new BurstLoss(Duration.FromMilliseconds(90), Duration.FromMilliseconds(10));
        int lost = 0;
        int runs = 0;
        bool wasLost = false;
        const int Count = 1_000_000;
        for (int i = 0; i < Count; i++)
        {
            bool isLost = link.IsBurstLoss(Instant.Zero + Duration.FromMicroseconds(i * 100L), bursts, random);
            lost += isLost ? 1 : 0;
            runs += isLost && !wasLost ? 1 : 0;
            wasLost = isLost;
        }

        Assert.InRange((double)lost / Count, 0.08, 0.12);
        Assert.InRange((double)lost / runs, 80, 120);
    }

    [Fact]
    public void A_schedule_says_what_holds_at_each_instant()
    {
        LinkModel other = Model with { RateBytesPerSecond = 1 };
        Instant second = Instant.Zero + Duration.FromSeconds(1);
        LinkSchedule schedule = new LinkSchedule(Model).Then(second, other)
            .Outage(second + Duration.FromSeconds(1), Duration.FromSeconds(2));
        Assert.Same(Model, schedule.At(new Instant(second.Nanoseconds - 1)));
        Assert.Same(other, schedule.At(second));
        Assert.Equal(1, schedule.At(second + Duration.FromSeconds(1)).Loss);
        Assert.Same(other, schedule.At(second + Duration.FromSeconds(3)));
    }

    /// <summary>Sends at a multiple of the rate; the wait at the end, and how many were dropped.</summary>
    private static (Duration Wait, long Dropped) Overload(LinkModel model, double excess, double seconds)
    {
        var link = new LinkState();
        double spacing = Datagram / (model.RateBytesPerSecond * excess);
        for (double t = 0; t < seconds; t += spacing)
        {
            link.TryPass(Instant.Zero + Duration.FromSeconds(t), Datagram, model, out _);
        }

        return (link.NewestWait, link.DatagramsDropped);
    }
}
