using FastPath.Protocol.Congestion;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

/// <summary>A loop that is woken late, as on a loaded host: what was due leaves then, as far as the wider brim reaches.</summary>
public sealed class LatePacerTests
{
    private const int Packet = 1_200;
    private const long Rate = 12_500_000;
    private const long Burst = 24_000;
    private const long Late = 125_000;

    [Fact]
    public void Wake_ups_that_are_late_by_less_than_the_brim_cost_nothing_of_the_rate()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new SeededRandom(seed);
            Pacer pacer = CreateEmpty(out Instant now);
            Instant start = now;
            long sent = 0;
            for (int i = 0; i < 500; i++)
            {
                // The brim is ten milliseconds, of which the batch that was waited for is half a one.
                now = pacer.NextSendAt(now, Packet) + Duration.FromMicroseconds(random.NextInt32(9_000));
                long atOnce = SendAll(pacer, now);
                Assert.InRange(atOnce, Packet, Late);
                Assert.False(pacer.IsBehind, $"seed {seed}: behind in round {i}");
                sent += atOnce;
            }

            double due = (now - start).Seconds * Rate;
            Assert.InRange(sent, due - Packet, due);
        }
    }

    [Fact]
    public void A_wake_up_later_than_that_sends_the_brim_and_says_that_it_is_behind()
    {
        Pacer pacer = CreateEmpty(out Instant now);
        now = pacer.NextSendAt(now, Packet) + Duration.FromSeconds(1);
        Assert.True(pacer.NextSendAt(now, Packet) <= now);
        Assert.True(pacer.IsBehind);
        Assert.InRange(SendAll(pacer, now), Late - Packet + 1, Late);

        // What is sent from then on is in time again.
        Assert.False(pacer.IsBehind);
        Assert.True(pacer.NextSendAt(now, Packet) > now);
    }

    [Fact]
    public void Who_did_not_wait_has_nothing_to_make_up_for()
    {
        var pacer = new Pacer(Burst);
        pacer.SetRate(Instant.Zero, Rate, Burst, Burst / 4, Late);
        Assert.InRange(SendAll(pacer, Instant.Zero, most: 5 * Packet), Packet, 5 * Packet);
        Instant later = Instant.Zero + Duration.FromSeconds(1);
        Assert.InRange(SendAll(pacer, later), Burst - Packet + 1, Burst);
        Assert.False(pacer.IsBehind);
    }

    [Fact]
    public void What_is_left_of_a_late_wake_up_is_no_burst_later()
    {
        Pacer pacer = CreateEmpty(out Instant now);
        now = pacer.NextSendAt(now, Packet) + Duration.FromMilliseconds(9);
        Assert.Equal(Packet, SendAll(pacer, now, most: Packet));

        // Nothing more was to be sent: after a pause a burst may leave, and not what had gathered.
        now += Duration.FromMilliseconds(1);
        Assert.InRange(SendAll(pacer, now), Burst - Packet + 1, Burst);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(200)]
    public void A_connection_that_is_woken_late_keeps_its_pace_and_one_with_a_limit_never_exceeds_it(double roundTripMs)
    {
        Duration roundTrip = Duration.FromMilliseconds(roundTripMs);
        RecoverySettings settings = RecoverySettings.Default;
        Duration lateness = Duration.Max(settings.PacingLateness, roundTrip / 2);
        PacingGate free = CreateGate(settings, roundTrip);
        long pace = free.BytesPerSecond;
        (long bytes, long atOnce, Instant end) = RunLate(free, lateness * 0.8);
        Assert.InRange(bytes, (end.Nanoseconds / 1e9 * pace) - Packet, end.Nanoseconds / 1e9 * pace);
        Assert.InRange(atOnce, settings.BurstBytes(pace, 2 * Packet), settings.LateBytes(pace, roundTrip));

        long limit = pace / 2;
        PacingGate limited = CreateGate(settings with { RateLimitBytesPerSecond = limit }, roundTrip);
        (_, atOnce, _) = RunLate(limited, lateness * 0.8);
        Assert.InRange(atOnce, Packet, settings.BurstBytes(limit, 2 * Packet));
    }

    /// <summary>Always something to send, each wait ends so much too late; from an empty bucket on.</summary>
    private static (long Bytes, long MostAtOnce, Instant End) RunLate(PacingGate gate, Duration late)
    {
        Instant now = Instant.Zero;
        Drain(gate, now);
        long bytes = 0;
        long most = 0;
        for (int i = 0; i < 100; i++)
        {
            now = gate.WaitsUntil + late;
            long atOnce = Drain(gate, now);
            bytes += atOnce;
            most = Math.Max(most, atOnce);
        }

        return (bytes, most, now);
    }

    private static long Drain(PacingGate gate, Instant now)
    {
        long sent = 0;
        while (gate.IsOpen(now, Packet))
        {
            gate.OnSent(now, Packet);
            sent += Packet;
        }

        return sent;
    }

    private static PacingGate CreateGate(RecoverySettings settings, Duration roundTrip)
    {
        var rtt = new RttEstimator(settings.InitialRtt);
        rtt.AddSample(Instant.Zero, roundTrip, Duration.Zero);
        var gate = new PacingGate(new CubicController(Packet, Duration.FromMilliseconds(10)), settings);
        gate.Update(Instant.Zero, rtt);
        return gate;
    }

    private static Pacer CreateEmpty(out Instant now)
    {
        now = Instant.Zero + Duration.FromSeconds(1);
        var pacer = new Pacer(Burst);
        pacer.SetRate(now, Rate, Burst, Burst / 4, Late);
        SendAll(pacer, now);
        return pacer;
    }

    private static long SendAll(Pacer pacer, Instant now, long most = long.MaxValue)
    {
        long sent = 0;
        while (sent < most && pacer.NextSendAt(now, Packet) <= now)
        {
            pacer.OnSent(now, Packet);
            sent += Packet;
        }

        return sent;
    }
}
