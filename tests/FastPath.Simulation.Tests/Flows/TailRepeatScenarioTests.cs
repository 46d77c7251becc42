using FastPath.Protocol.Congestion;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;
using Xunit.Abstractions;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>How often a tail goes out on a guess, and what others over the same bottleneck pay for it.</summary>
public sealed class TailRepeatScenarioTests(ITestOutputHelper output)
{
    private const long Rate = 1_250_000;
    private const int Seconds = 20;
    private const int Seeds = 3;
    private const int LongStream = 100_000_000;

    [Theory]
    [InlineData(0.005, 20)]
    [InlineData(0.005, 100)]
    [InlineData(0.01, 20)]
    [InlineData(0.05, 20)]
    public void Streams_whose_tails_repeat_leave_a_loss_based_flow_most_of_what_one_long_stream_leaves_it(double loss, double queueMs)
    {
        (double beside, _, double againOfLong) = Average(loss, queueMs, LongStream);
        foreach (int bytes in (int[])[100_000, 30_000])
        {
            (double other, double ours, double again) = Average(loss, queueMs, bytes);
            string report = $"{bytes} bytes each: other {other:0.00}, beside one long stream {beside:0.00}, ours {ours:0.00}, {again:0.00} sent again";
            output.WriteLine(report);
            Assert.True(again > 3 * againOfLong, $"no tails were repeated: {report}");
            Assert.True(other >= 0.8 * beside, report);
        }
    }

    [Theory]
    [InlineData(0, 100_000, 0)]
    [InlineData(0.01, 2_000, 0)]
    [InlineData(0.01, 100_000, 1)]
    [InlineData(0.05, 100_000, 2)]
    public void A_tail_repeats_as_often_as_what_the_path_loses_of_it_explains(double loss, int bytes, int repeats)
    {
        // Wide enough that all of a stream leaves, and leaves again, before the first of it can be acknowledged.
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            var path = new SimulatedBottleneck(
                seed, new LinkModel { Delay = Duration.FromMilliseconds(50), RateBytesPerSecond = 10 * Rate, QueueBytes = Rate, Loss = loss });
            SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr));
            Assert.Equal(repeats, Send(path, flow, 10_000_000, bytes).TailRepeats);
        }
    }

    /// <summary>One stream after the other, each alone on the path.</summary>
    /// <returns>The last.</returns>
    private static SendStream Send(SimulatedBottleneck path, SimulatedFlow flow, params int[] sizes)
    {
        SimulatedWriter? writer = null;
        foreach (int size in sizes)
        {
            writer = flow.Send(new byte[size]);
            Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(60)));

            // What went out again and was not needed is in flight still.
            path.World.RunFor(Duration.FromSeconds(1));
        }

        return writer!.Stream;
    }

    private static (double Other, double Ours, double Again) Average(double loss, double queueMs, int bytes)
    {
        (double Other, double Ours, double Again)[] runs = [.. Enumerable.Range(1, Seeds).Select(seed => Run((ulong)seed, loss, queueMs, bytes))];
        return (runs.Average(run => run.Other), runs.Average(run => run.Ours), runs.Average(run => run.Again));
    }

    /// <summary>Shares of the link of a loss-based flow and of ours beside it, which sends so many bytes a stream, one after another.</summary>
    private static (double Other, double Ours, double Again) Run(ulong seed, double loss, double queueMs, int bytes)
    {
        var path = new SimulatedBottleneck(seed, new LinkModel
        {
            Delay = Duration.FromMilliseconds(10),
            RateBytesPerSecond = Rate,
            QueueBytes = (long)(Rate * queueMs / 1_000),
            Loss = loss,
        });
        SimulatedFlow other = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Cubic));
        SimulatedFlow ours = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr));
        other.Send(new byte[(int)(Rate * (Seconds + 10))]);
        Instant end = path.World.Now + Duration.FromSeconds(Seconds);
        while (path.World.Now < end)
        {
            int streams = ours.Readers.Count;
            ours.Send(new byte[bytes]);
            path.World.RunUntil(() => path.World.Now >= end || (ours.Readers.Count > streams && ours.Readers[^1].IsWhole), Duration.FromSeconds(60));
        }

        double full = Rate * Seconds * 0.95;
        long again = ours.Sender.StreamCounters.PayloadBytesSentAgain;
        return (other.BytesRead / full, ours.BytesRead / full, (double)again / ours.Sender.StreamCounters.PayloadBytesSent);
    }
}
