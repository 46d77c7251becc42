using FastPath.Protocol.Congestion;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

public sealed class QueueDelayTests
{
    private static readonly Duration Target = Duration.FromMilliseconds(60);

    [Fact]
    public void The_delay_is_the_least_of_four_samples_over_the_base()
    {
        var delay = new QueueDelay();
        foreach (int milliseconds in (int[])[50, 90, 300, 95, 100])
        {
            delay.Add(At(0), Ms(milliseconds));
        }

        Assert.Equal((Ms(50), Ms(40)), (delay.Base, delay.Current));
    }

    [Fact]
    public void The_base_is_remembered_for_ten_minutes_and_then_forgotten()
    {
        var history = new MinimumHistory(Duration.FromSeconds(60), 10);
        history.Add(At(0), Ms(20));
        for (int second = 1; second < 540; second++)
        {
            history.Add(At(second), Ms(100));
            Assert.Equal(Ms(20), history.Minimum);
        }

        for (int second = 540; second <= 660; second++)
        {
            history.Add(At(second), Ms(100));
        }

        Assert.Equal(Ms(100), history.Minimum);
        history.Add(At(100_000), Ms(130));
        Assert.Equal(Ms(130), history.Minimum);
        history.Add(At(100_001), Ms(90));
        Assert.Equal(Ms(90), history.Minimum);
    }

    [Fact]
    public void A_steady_longer_round_trip_with_nothing_in_flight_is_another_path()
    {
        var change = new PathChange(Target);
        Assert.Equal(10, SecondsUntilSeen(change, _ => 150, isAtFloor: true));
        Assert.Null(SecondsUntilSeen(new PathChange(Target), _ => 150, isAtFloor: false));
        Assert.Null(SecondsUntilSeen(new PathChange(Target), _ => 100, isAtFloor: true));
    }

    [Fact]
    public void A_queue_that_others_hold_sways_and_is_no_other_path() =>
        Assert.Null(SecondsUntilSeen(new PathChange(Target), second => 150 + (second % 9 * 3), isAtFloor: true));

    private static int? SecondsUntilSeen(PathChange change, Func<int, int> roundTrip, bool isAtFloor)
    {
        for (int second = 0; second < 60; second++)
        {
            if (change.IsSeen(At(second), Ms(roundTrip(second)), Ms(50), isAtFloor))
            {
                return second;
            }
        }

        return null;
    }

    private static Duration Ms(int milliseconds) => Duration.FromMilliseconds(milliseconds);

    private static Instant At(int seconds) => Instant.Zero + Duration.FromSeconds(seconds);
}
