using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

public sealed class CubicStateTests
{
    private const int Datagram = 1_200;
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(100);

    [Fact]
    public void The_window_follows_the_cubic_curve_of_RFC_9438()
    {
        // 1,000 datagrams, reduced to 700: K = cbrt(300 / 0.4) = 9.086 s until the old window is regained.
        CubicState state = CubicState.Initial(1_000.0 * Datagram);
        state.Reduce(CubicState.Beta, 2 * Datagram);
        Assert.Equal(700.0 * Datagram, state.Window, 1.0);
        double k = Math.Cbrt(300 / 0.4);
        Instant now = Instant.Zero;
        for (int roundTrip = 1; roundTrip <= 150; roundTrip++)
        {
            AcknowledgeWindow(ref state, now);
            now += RoundTrip;
            double t = now.Nanoseconds / 1e9;
            double expected = (0.4 * Math.Pow(t - k, 3)) + 1_000;
            Assert.InRange(state.Window / Datagram, expected - 8, expected + 8);
        }

        Assert.True(state.Window > 1_000.0 * Datagram);
    }

    [Fact]
    public void A_small_window_grows_no_slower_than_Renos()
    {
        // 20 datagrams at 10 ms: the curve alone would take cbrt(6 / 0.4) = 2.5 s; Reno's estimate gains 0.53 a round trip.
        CubicState state = CubicState.Initial(20.0 * Datagram);
        state.Reduce(CubicState.Beta, 2 * Datagram);
        Instant now = Instant.Zero;
        for (int i = 0; i < 12; i++)
        {
            state.Grow(now, (long)state.Window, Duration.FromMilliseconds(10), Datagram);
            now += Duration.FromMilliseconds(10);
        }

        Assert.InRange(state.Window / Datagram, 19.5, 21);
    }

    [Fact]
    public void A_peak_below_the_last_one_leaves_room_for_a_newcomer()
    {
        CubicState state = CubicState.Initial(1_000.0 * Datagram);
        state.Reduce(CubicState.Beta, 2 * Datagram);
        state.Reduce(CubicState.Beta, 2 * Datagram);

        // Fast convergence: the plateau is at 700 x 0.85 = 595, not at 700 and not at 1,000.
        Instant now = Instant.Zero;
        double slowest = double.MaxValue;
        double at = 0;
        for (int i = 0; i < 120; i++)
        {
            double before = state.Window;
            AcknowledgeWindow(ref state, now);
            now += RoundTrip;
            if (i > 5 && state.Window - before < slowest)
            {
                slowest = state.Window - before;
                at = before / Datagram;
            }
        }

        Assert.InRange(at, 580, 610);
    }

    [Fact]
    public void A_copy_is_a_whole_undo()
    {
        CubicState state = CubicState.Initial(500.0 * Datagram);
        CubicState saved = state;
        state.Reduce(CubicState.Beta, 2 * Datagram);
        state.Collapse(2 * Datagram);
        Assert.Equal(2.0 * Datagram, state.Window);
        state = saved;
        Assert.True(state is { IsSlowStart: true } && state.Window == 500.0 * Datagram);
    }

    private static void AcknowledgeWindow(ref CubicState state, Instant now)
    {
        long window = (long)state.Window;
        for (long acknowledged = 0; acknowledged < window; acknowledged += Datagram)
        {
            state.Grow(now, Datagram, RoundTrip, Datagram);
        }
    }
}
