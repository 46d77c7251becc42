using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>One arriving stream to three sinks in virtual time: one of them stops, dies, or is slow.</summary>
public sealed class FanOutScenarioTests
{
    private const int Size = 4_000_000;
    private static readonly Duration Bound = Duration.FromSeconds(2);
    private static readonly Duration Limit = Duration.FromSeconds(600);
    private static readonly LinkModel Link = new() { Delay = Duration.FromMilliseconds(5), RateBytesPerSecond = 12_500_000 };

    [Fact]
    [Trait("Scenario", "R8")]
    public void A_sink_that_stops_reading_is_dropped_at_its_bound_and_the_others_go_on()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var star = new SimulatedStar(seed, Link, null, null, Bound) { Wants = [long.MaxValue, long.MaxValue, 300_000] };
            (SimulatedWriter writer, byte[] payload) = Send(star);
            Assert.True(star.World.RunUntil(() => star.ReaderAt(2) is { Ended: not null }, Limit), $"seed {seed}");
            Assert.Equal(StreamErrorCode.TooSlow, star.ReaderAt(2)!.Ended);
            Duration heldUp = star.World.Now - star.ReaderAt(2)!.EndedAt;

            // Its last byte came before it stopped; the verdict came a bound, a look and a way later.
            Assert.InRange(heldUp.Seconds, Bound.Seconds, Bound.Seconds + 0.5);
            Assert.True(star.World.RunUntil(() => star.RelayEnded is not null && writer.Ended is not null, Limit), $"seed {seed}");
            Assert.Equal(StreamErrorCode.None, writer.Ended);
            Assert.All([0, 1], sink => Assert.True(payload.AsSpan().SequenceEqual(star.ReaderAt(sink)!.Bytes)));
            Assert.Equal(
                (StreamErrorCode?[])[StreamErrorCode.None, StreamErrorCode.None, StreamErrorCode.TooSlow],
                star.Relay!.Routes.Select(route => route.Ended));
            AssertHubIsClean(star);
        }
    }

    [Fact]
    public void A_sink_that_is_waited_for_slows_all_and_the_hub_holds_a_window()
    {
        var star = new SimulatedStar(2, Link, null, null, null) { Wants = [long.MaxValue, long.MaxValue, 300_000] };
        (SimulatedWriter writer, byte[] payload) = Send(star);
        star.World.RunFor(Duration.FromSeconds(20));
        Assert.Null(star.ReaderAt(2)!.Ended);
        long furthest = star.Relay!.Routes.Max(route => route.Position);
        Assert.True(furthest - star.Relay.Routes[2].Position <= star.Relay.Source.Ring.Capacity);
        Assert.True(furthest < Size && star.ReaderAt(0)!.Bytes.Length < Size);
        Assert.True(star.Hub.Pool.PeakRentedBytes <= 1_024 * 1_024, $"the hub held {star.Hub.Pool.PeakRentedBytes} bytes");
        star.ReaderAt(2)!.Want(long.MaxValue, star.World.Now);
        Assert.True(star.World.RunUntil(() => writer.Ended is not null, Limit));
        Assert.Equal(StreamErrorCode.None, writer.Ended);
        Assert.True(star.World.RunUntil(() => star.RelayEnded is not null, Limit));
        Assert.All([0, 1, 2], sink => Assert.True(payload.AsSpan().SequenceEqual(star.ReaderAt(sink)!.Bytes)));
        AssertHubIsClean(star);
    }

    [Fact]
    public void Two_sinks_that_go_dark_together_are_dropped_long_before_their_connections_are_lost()
    {
        var star = new SimulatedStar(3, Link, null, Bound, Bound) { Wants = [long.MaxValue, long.MaxValue, long.MaxValue] };
        (SimulatedWriter writer, byte[] payload) = Send(star);
        Assert.True(star.World.RunUntil(() => star.Relay is { } relay && relay.Routes.All(route => route.Position > 200_000), Limit));
        Instant dark = star.World.Now;
        star.World.Intercept = (from, to, _) =>
            to != SimulatedStar.AddressOfSink(1) && to != SimulatedStar.AddressOfSink(2)
            && from != SimulatedStar.AddressOfSink(1) && from != SimulatedStar.AddressOfSink(2);
        Assert.True(star.World.RunUntil(() => star.ReaderAt(0) is { IsWhole: true }, Limit));
        Assert.InRange((star.World.Now - dark).Seconds, Bound.Seconds, Bound.Seconds + 3);
        Assert.True(star.World.RunUntil(() => writer.Ended is not null && star.RelayEnded is not null, Limit));
        Assert.True(payload.AsSpan().SequenceEqual(star.ReaderAt(0)!.Bytes));
        Assert.Equal(
            (StreamErrorCode?[])[StreamErrorCode.None, StreamErrorCode.TooSlow, StreamErrorCode.TooSlow],
            star.Relay!.Routes.Select(route => route.Ended));
        AssertHubIsClean(star);
    }

    private static (SimulatedWriter Writer, byte[] Payload) Send(SimulatedStar star)
    {
        byte[] payload = new byte[Size];
        star.World.Random.Fill(payload);
        var description = new StreamDescription { TransferId = 7, TotalLength = Size };
        return (new SimulatedWriter(star.World.Now, star.SourceToHub, star.Source.Pool, payload, description), payload);
    }

    private static void AssertHubIsClean(SimulatedStar star)
    {
        star.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal((0L, 0L), (star.Hub.Pool.RentedBytes, star.Hub.Pool.ReservedBytes));
        Assert.Equal((0, 0), (star.Source.Find(star.Hub.PublicKey)!.Streams.SendingCount, star.SourceToHub.Streams.ReceivingCount));
    }
}
