using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Streams of one connection among themselves.</summary>
public sealed class StreamShareScenarioTests
{
    private const long Rate = 2_500_000;
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(50);
    private static readonly LinkModel Link = new()
    {
        Delay = RoundTrip / 2,
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * 0.05),
    };

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F13")]
    public void Streams_of_one_connection_get_equal_shares_and_none_fails_for_waiting(string name)
    {
        foreach (int count in (int[])[2, 5])
        {
            var path = new SimulatedBottleneck(1, Link with { Loss = 0.001 });
            SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
            SimulatedWriter[] writers = [.. Enumerable.Range(0, count).Select(_ => flow.Send(new byte[10_000_000]))];
            path.World.RunFor(RoundTrip * 20);
            while (true)
            {
                long[] before = [.. flow.Readers.Select(reader => reader.Stream.Ring.Frontier)];
                path.World.RunFor(RoundTrip * 50);
                if (writers.Any(writer => writer.Stream.HighestSent == 10_000_000))
                {
                    break;
                }

                long[] moved = [.. flow.Readers.Select((reader, i) => reader.Stream.Ring.Frontier - before[i])];
                double fair = moved.Average();
                Assert.All(moved, bytes => Assert.InRange(bytes / fair, 0.8, 1.2));
            }

            Assert.True(path.World.RunUntil(() => writers.All(writer => writer.Ended is not null), Duration.FromSeconds(600)));
            Assert.All(writers, writer => Assert.Equal(StreamErrorCode.None, writer.Ended));
        }
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F13")]
    public void A_short_stream_beside_long_ones_takes_three_round_trips_and_its_share(string name)
    {
        const int Count = 4;
        var path = new SimulatedBottleneck(2, Link);
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        for (int i = 0; i < Count; i++)
        {
            flow.Send(new byte[60_000_000]);
        }

        path.World.RunFor(Duration.FromSeconds(4));
        for (int i = 0; i < 10; i++)
        {
            Instant start = path.World.Now;
            SimulatedWriter writer = flow.Send(new byte[10_000]);
            int readers = flow.Readers.Count;
            Assert.True(path.World.RunUntil(() => flow.Readers.Count > readers && flow.Readers[^1].IsWhole, Duration.FromSeconds(5)));
            Duration share = Duration.FromSeconds(10_000.0 * (Count + 1) / Rate);
            Assert.True(path.World.Now - start <= (RoundTrip * 3) + share, $"{path.World.Now - start}");
            path.World.RunFor(Duration.FromMilliseconds(333));
            Assert.Equal(StreamErrorCode.None, writer.Ended);
        }
    }

    [Fact]
    [Trait("Scenario", "F16")]
    public void A_sender_without_credit_sleeps_and_resumes_the_moment_that_credit_comes()
    {
        var path = new SimulatedBottleneck(1, Link);
        EndpointSettings settings = EndpointSettings.Default;
        SimulatedFlow flow = path.Add(settings with
        {
            Connection = settings.Connection with
            {
                Streams = settings.Connection.Streams with { ProgressTimeout = Duration.FromSeconds(120) },
            },
        });
        flow.ReaderWants = 0;
        SimulatedWriter writer = flow.Send(new byte[2_000_000]);
        path.World.RunFor(Duration.FromSeconds(2));
        Assert.True(writer.Stream.IsBlockedByCredit);
        long turns = 0;
        path.World.Turned += _ => turns++;
        path.World.RunFor(Duration.FromSeconds(60));

        // Twice a second a reminder leaves, is answered, and its answer acknowledged: some turns each, and none between them.
        Assert.InRange(turns, 1, 60 * 2 * 8);
        Assert.True(writer.Stream.IsBlockedByCredit);
        Instant asked = path.World.Now;
        Instant? resumed = null;
        path.World.Intercept = (from, _, datagram) =>
        {
            resumed ??= from == flow.SenderAddress && datagram.Length > 1_000 ? path.World.Now : null;
            return true;
        };
        flow.Readers[0].Want(long.MaxValue, asked);
        path.World.RunFor(Duration.FromSeconds(1));
        Assert.NotNull(resumed);
        Assert.InRange((resumed.Value - asked).Milliseconds, 25, 25.1);
    }

    [Fact]
    [Trait("Scenario", "F16")]
    public void A_sender_that_nobody_answers_wakes_for_its_probes_and_nothing_else()
    {
        var path = new SimulatedBottleneck(1, Link);
        SimulatedFlow flow = path.Add(EndpointSettings.Default with
        {
            Connection = new Protocol.Connections.ConnectionSettings { IdleTimeout = Duration.FromSeconds(120) },
        });
        SimulatedWriter writer = flow.Send(new byte[20_000_000]);
        path.World.RunFor(Duration.FromSeconds(1));
        Assert.True(flow.Connection.Recovery.BytesInFlight > 0);
        path.World.Cut(flow.SenderAddress, flow.ReceiverAddress);
        path.World.RunFor(Duration.FromSeconds(2));
        int turns = 0;
        path.World.Turned += _ => turns++;
        path.World.RunFor(Duration.FromSeconds(20));

        // A probe timeout each two seconds at most and a sweep of streams each half, at both ends; nothing between them.
        Assert.InRange(turns, 1, 21 * (1 + (2 * 2)));
        Assert.Null(writer.Ended);
        path.World.Heal(flow.SenderAddress, flow.ReceiverAddress);
        long before = flow.BytesRead;
        path.World.RunFor(Duration.FromSeconds(3));
        Assert.True(flow.BytesRead - before > 100_000, $"{flow.BytesRead - before} bytes");
    }

    [Fact]
    [Trait("Scenario", "F17")]
    public void Every_byte_that_is_handed_over_is_charged_whatever_the_opening_frame_carries()
    {
        foreach (int metadata in (int[])[0, 1, 256, 900])
        {
            var path = new SimulatedBottleneck(1, Link);
            SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Cubic));
            path.World.RunFor(Duration.FromSeconds(1));
            Assert.Equal(0, flow.Connection.Recovery.BytesInFlight);
            long bytes = 0;
            path.World.Intercept = (from, _, datagram) =>
            {
                bytes += from == flow.SenderAddress ? datagram.Length : 0;
                return true;
            };
            flow.Send(new byte[50_000], metadataBytes: metadata);
            path.World.RunFor(RoundTrip / 2);
            Assert.True(bytes > 10_000);
            Assert.Equal(bytes, flow.Connection.Recovery.BytesInFlight);
        }
    }
}
