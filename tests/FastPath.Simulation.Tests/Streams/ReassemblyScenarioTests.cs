using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class ReassemblyScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(300);

    [Fact]
    [Trait("Scenario", "R3")]
    public void A_relay_cuts_anew_for_its_own_path_and_no_datagram_is_too_long()
    {
        foreach ((int first, int second) in ((int, int)[])[(1_200, 700), (700, 1_200), (1_200, 1_200), (600, 1_452), (1_452, 1_199)])
        {
            int[] longest = new int[3];
            int[] limits = [first, second, 1_200];
            using var chain = new SimulatedChain(
                1,
                new LinkModel(),
                hops: 2,
                settingsOf: node => new EndpointSettings { Connection = new ConnectionSettings { Mtu = PathMtuSettings.Fixed(limits[node]) } });
            chain.World.Intercept = (from, _, datagram) =>
            {
                int node = from == SimulatedChain.AddressOf(0) ? 0 : from == SimulatedChain.AddressOf(1) ? 1 : 2;
                longest[node] = Math.Max(longest[node], datagram.Length);
                return true;
            };
            byte[] payload = chain.Payload(150_001);
            chain.Send(payload, chain.Payload(200));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit));
            Assert.Equal(payload, chain.Readers[0].Bytes);

            // A full fragment fills its datagram to the last byte.
            Assert.Equal((first, second), (longest[0], longest[1]));
        }
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public void Any_fragment_may_be_lost_several_times_in_a_row()
    {
        const int Size = 60_000;
        foreach (long target in (long[])[0, 1_200, 30_000, Size - 1_200, Size - 1])
        {
            for (int times = 1; times <= 7; times += 2)
            {
                using var chain = new SimulatedChain(2, new LinkModel(), hops: 1);
                byte[] payload = chain.Payload(Size);
                var loss = new FragmentLoss(chain.World, SimulatedChain.AddressOf(0), target, times);
                SimulatedWriter writer = loss.Watch(chain.Send(payload));
                bool isDone = chain.World.RunUntil(() => chain.Readers is [{ IsWhole: true }] && writer.Ended is not null, Limit);
                Assert.True(isDone, $"the fragment at {target} lost {times} times: {writer.Ended}");
                Assert.Equal(times, loss.Lost);
                Assert.Equal(payload, chain.Readers[0].Bytes);
            }
        }
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public void One_fragment_that_never_comes_fails_both_ends_within_one_progress_limit_of_each_other()
    {
        const int Size = 60_000;
        foreach (long target in (long[])[20_000, Size - 1])
        {
            using var chain = new SimulatedChain(3, new LinkModel(), hops: 1);
            byte[] payload = chain.Payload(Size);
            var loss = new FragmentLoss(chain.World, SimulatedChain.AddressOf(0), target, int.MaxValue);
            SimulatedWriter writer = loss.Watch(chain.Send(payload));
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null || chain.Readers is [{ Ended: not null }], Limit));
            Assert.True(chain.World.RunUntil(
                () => writer.Ended is not null && chain.Readers is [{ Ended: not null }], StreamSettings.Default.ProgressTimeout));
            SimulatedReader reader = chain.Readers[0];
            Assert.Equal((StreamErrorCode.Stalled, StreamErrorCode.Stalled), (writer.Ended, reader.Ended));

            // Both know how far it came: exactly to the hole.
            Assert.InRange(reader.Count, target - 1_200, target);
            Assert.Equal(reader.Count, writer.Stream.AcknowledgedTo);
            Assert.True(payload.AsSpan(0, reader.Count).SequenceEqual(reader.Read));
        }
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public void What_is_left_after_a_late_failure_is_all_that_moves_again()
    {
        const int Size = 1_000_000;
        using var chain = new SimulatedChain(4, new LinkModel { Loss = 0.02 }, hops: 2);
        byte[] payload = chain.Payload(Size);
        SimulatedWriter writer = chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: >= Size / 100 * 99 }], Limit));
        chain.Link(0, 1).Streams.Reset(writer.Stream, StreamErrorCode.Cancelled);
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Limit));
        SimulatedReader cut = chain.Readers[0];
        SimulatedWriter again = chain.Send(payload, startOffset: cut.Count);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [_, { Ended: not null }], Limit));
        Assert.True(chain.Readers[1].IsWhole);
        Assert.Equal(payload, (byte[])[.. cut.Read, .. chain.Readers[1].Read]);
        Assert.InRange(again.Stream.PayloadBytesSent, 0, Size / 50);
    }

    [Fact]
    [Trait("Scenario", "R6")]
    public void A_source_that_vanishes_ends_sink_and_relays_each_within_its_own_limit()
    {
        StreamSettings settings = StreamSettings.Default;
        for (int step = 4; step <= 60; step += 8)
        {
            using var chain = new SimulatedChain(5, new LinkModel(), hops: 3);
            chain.Send(chain.Payload(40_000));
            chain.World.AfterDatagrams(step, () => chain.Crash(0));
            chain.World.RunUntil(() => !chain.IsUp(0), Limit);
            Assert.True(
                chain.World.RunUntil(
                    () => chain.RelaysEnded.Count == chain.Relays.Count && chain.Readers.All(reader => reader.Ended is not null),
                    settings.ProgressTimeoutAt(2) + Duration.FromSeconds(1)),
                $"step {step}");
            Assert.All(chain.Readers, reader => Assert.Equal(
                reader.IsWhole, reader.Ended is not (StreamErrorCode.Stalled or StreamErrorCode.UpstreamLost)));
        }
    }
}
