using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

public sealed class PacerTests
{
    private const int Packet = 1_200;
    private const long Burst = 12_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(333)]
    [InlineData(9_999)]
    [InlineData(1_000_000)]
    [InlineData(50_000_000)]
    [InlineData(1_000_000_000)]
    [Trait("Scenario", "F15")]
    public void Polling_at_any_interval_releases_what_the_rate_grants(long intervalNanoseconds)
    {
        // 1 byte a nanosecond, for as many polls as show a fraction that is lost or counted twice.
        foreach (long rate in (long[])[1_000_000_000, 333_333_333, 7_777_777])
        {
            Pacer pacer = Create(rate);
            long length = Math.Max(intervalNanoseconds * 10_000, 1_000_000_000L * Packet * 5 / rate);
            long polls = Math.Min(length / intervalNanoseconds, 3_000_000);
            long sent = 0;
            for (long i = 0; i <= polls; i++)
            {
                sent += SendAll(pacer, new Instant(i * intervalNanoseconds));
            }

            double granted = (double)rate * polls * intervalNanoseconds / 1e9;
            Assert.True(sent <= granted + Burst, $"rate {rate}: {sent} of {granted + Burst}");

            // The bucket overflows only when a poll comes later than it takes to fill.
            if ((double)rate * intervalNanoseconds / 1e9 <= Burst - Packet)
            {
                Assert.True(sent > granted + Burst - Packet - 1, $"rate {rate}: {sent} of {granted + Burst}");
            }
        }
    }

    [Fact]
    [Trait("Scenario", "F15")]
    public void No_window_of_any_schedule_releases_more_than_rate_and_burst()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            long rate = 1_000 + random.NextInt64(200_000_000);
            Pacer pacer = Create(rate);
            var sends = new List<(long Granted, int Bytes)>();
            long now = 0;
            long grantedScaled = 0;
            for (int step = 0; step < 2_000; step++)
            {
                long elapsed = (long)Math.Exp(random.NextDouble() * Math.Log(1e9));
                now += elapsed;
                grantedScaled += elapsed * rate / 1_000;
                int bytes = 40 + random.NextInt32(Packet);
                if (pacer.NextSendAt(new Instant(now), bytes) <= new Instant(now))
                {
                    pacer.OnSent(new Instant(now), bytes);
                    sends.Add((grantedScaled, bytes));
                }

                if (random.NextChance(0.05))
                {
                    // In the middle of whatever has gathered.
                    rate = 1_000 + random.NextInt64(200_000_000);
                    pacer.SetRate(new Instant(now), rate, Burst, 0);
                }
            }

            AssertBounded(sends, seed);
        }
    }

    [Fact]
    [Trait("Scenario", "F15")]
    public void A_clock_that_jumps_adds_at_most_the_burst_and_blocks_nothing()
    {
        const long Rate = 1_000_000;
        Pacer pacer = Create(Rate);
        var start = new Instant(5_000_000_000);
        SendAll(pacer, start);
        Assert.Equal(Burst, SendAll(pacer, start + Duration.FromSeconds(3_600)));
        Instant back = start - Duration.FromSeconds(3_600);
        Assert.Equal(0, SendAll(pacer, back));
        Assert.Equal(back + Duration.FromMicroseconds(1_200), pacer.NextSendAt(back, Packet));
        Assert.Equal(Packet, SendAll(pacer, back + Duration.FromMicroseconds(1_200)));
    }

    [Fact]
    public void The_deadline_is_the_first_instant_at_which_the_packet_may_leave()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            var random = new SeededRandom(seed);
            Pacer pacer = Create(1 + random.NextInt64(2_000_000_000));
            Instant now = new(random.NextInt64(1_000_000_000));
            for (int i = 0; i < 50; i++)
            {
                Instant at = pacer.NextSendAt(now, Packet);
                if (at > now)
                {
                    Instant before = new(at.Nanoseconds - 1);
                    Assert.True(pacer.NextSendAt(before, Packet) == at, $"seed {seed}");
                    Assert.True(pacer.NextSendAt(at, Packet) == at, $"seed {seed}");
                    now = at;
                }

                pacer.OnSent(now, Packet);
            }
        }
    }

    [Fact]
    public void Once_empty_it_waits_for_a_batch()
    {
        const long Rate = 1_000_000;
        var pacer = new Pacer(Burst);
        pacer.SetRate(Instant.Zero, Rate, Burst, batchBytes: 4 * Packet);
        SendAll(pacer, Instant.Zero);
        Assert.Equal(Instant.Zero + Duration.FromMicroseconds(4_800), pacer.NextSendAt(Instant.Zero, Packet));
        Assert.Equal(0, SendAll(pacer, Instant.Zero + Duration.FromMicroseconds(4_700)));
        Assert.Equal(4 * Packet, SendAll(pacer, Instant.Zero + Duration.FromMicroseconds(4_800)));
    }

    [Fact]
    public void A_packet_longer_than_the_burst_leaves_and_is_paid_for()
    {
        var pacer = new Pacer(100);
        pacer.SetRate(Instant.Zero, 1_000, 100, 0);
        Assert.Equal(Instant.Zero, pacer.NextSendAt(Instant.Zero, Packet));
        pacer.OnSent(Instant.Zero, Packet);
        Assert.Equal(Instant.Zero + Duration.FromSeconds(1.2), pacer.NextSendAt(Instant.Zero, Packet));
    }

    [Fact]
    public void Without_a_rate_everything_may_leave()
    {
        var pacer = new Pacer(Burst);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Equal(Instant.Zero, pacer.NextSendAt(Instant.Zero, Packet));
            pacer.OnSent(Instant.Zero, Packet);
        }
    }

    private static Pacer Create(long rate)
    {
        var pacer = new Pacer(Burst);
        pacer.SetRate(Instant.Zero, rate, Burst, 0);
        return pacer;
    }

    private static long SendAll(Pacer pacer, Instant now)
    {
        long sent = 0;
        while (pacer.NextSendAt(now, Packet) <= now)
        {
            pacer.OnSent(now, Packet);
            sent += Packet;
        }

        return sent;
    }

    /// <summary>For every window from one send to a later one: what left is no more than what was granted between, and the burst.</summary>
    private static void AssertBounded(List<(long Granted, int Bytes)> sends, ulong seed)
    {
        // The window that exceeds most ends at i and begins where (granted - sent before) was greatest.
        long sentBefore = 0;
        double leastSlack = double.MaxValue;
        foreach ((long granted, int bytes) in sends)
        {
            double grantedBytes = granted / 1e6;
            leastSlack = Math.Min(leastSlack, sentBefore - grantedBytes);
            sentBefore += bytes;
            double released = sentBefore - grantedBytes - leastSlack;
            Assert.True(released <= Burst + 1, $"seed {seed}: {released} bytes beyond the rate");
        }
    }
}
