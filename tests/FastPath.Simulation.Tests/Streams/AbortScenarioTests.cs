using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;
using FastPath.Simulation.Transfers;

namespace FastPath.Simulation.Tests.Streams;

public sealed class AbortScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(300);

    [Fact]
    [Trait("Scenario", "A1")]
    public void A_stream_whose_bytes_never_arrive_fails_alone_and_leaves_the_flight()
    {
        using var chain = new SimulatedChain(1, new LinkModel(), hops: 1);
        var writers = new List<SimulatedWriter>();
        long ofVictim = 0;
        long ofOthers = 0;
        chain.World.Intercept = (from, _, _) =>
        {
            long victim = writers[2].Stream.PayloadBytesSent;
            long others = writers.Sum(writer => writer.Stream.PayloadBytesSent) - victim;
            bool isVictims = from == SimulatedChain.AddressOf(0) && victim > ofVictim && others == ofOthers;
            (ofVictim, ofOthers) = (victim, others);
            return !isVictims;
        };
        byte[][] payloads = [.. Enumerable.Range(0, 5).Select(_ => chain.Payload(200_000))];
        writers.AddRange(payloads.Select((payload, i) => chain.Send(payload, new[] { (byte)i })));
        Instant start = chain.World.Now;
        Assert.True(chain.World.RunUntil(() => chain.Readers.Count(reader => reader.IsWhole) == 4, Limit));
        Assert.True(chain.World.Now - start < Duration.FromSeconds(20), $"the others took {chain.World.Now - start}");
        Assert.True(chain.World.RunUntil(() => writers.All(writer => writer.Ended is not null), Duration.FromSeconds(50)));

        // A fragment that travelled with another stream's may have come, and its opening frame never.
        Assert.True(writers[2].Ended is StreamErrorCode.Stalled or StreamErrorCode.Unannounced, $"{writers[2].Ended}");
        Assert.All(writers.Where(writer => writer != writers[2]), writer => Assert.Equal(StreamErrorCode.None, writer.Ended));
        Assert.True(chain.World.RunUntil(() => EndpointLeftovers.Of(chain.Nodes[0]) is null, Duration.FromSeconds(5)));
        Assert.Equal(ConnectionState.Established, chain.Link(0, 1).State);
        foreach (SimulatedReader reader in chain.Readers.Where(reader => reader.IsWhole))
        {
            Assert.Equal(payloads[reader.Stream.Description!.Metadata.Span[0]], reader.Bytes);
        }
    }

    [Theory]
    [Trait("Scenario", "A2")]
    [InlineData(true)]
    [InlineData(false)]
    public void Aborted_at_any_step_nothing_of_the_stream_is_sent_later_and_the_flight_is_released_once(bool bySender)
    {
        for (int step = 0; step <= 90; step++)
        {
            using var chain = new SimulatedChain((ulong)step, new LinkModel { Loss = 0.1 }, hops: 1);
            SimulatedWriter writer = chain.Send(chain.Payload(30_000));
            long sentAtAbort = -1;
            chain.World.AfterDatagrams(step, () =>
            {
                if (bySender)
                {
                    chain.Link(0, 1).Streams.Reset(writer.Stream, StreamErrorCode.Cancelled);
                }
                else if (chain.Readers.Count > 0)
                {
                    chain.Link(1, 0).Streams.Stop(chain.Readers[0].Stream, StreamErrorCode.Cancelled);
                }

                sentAtAbort = writer.Ended is null ? -1 : writer.Stream.PayloadBytesSent;
            });
            writer.OnEnded = () => sentAtAbort = writer.Stream.PayloadBytesSent;
            chain.World.RunUntil(() => writer.Ended is not null, Limit);
            Assert.True(sentAtAbort >= 0, $"step {step}");
            bool isClean = chain.World.RunUntil(
                () => chain.Nodes.All(node => EndpointLeftovers.Of(node) is null), Duration.FromSeconds(20));
            Assert.True(isClean, $"step {step}: {EndpointLeftovers.Of(chain.Nodes[0])}, {EndpointLeftovers.Of(chain.Nodes[1])}");
            Assert.Equal(sentAtAbort, writer.Stream.PayloadBytesSent);
            Assert.Equal(1, writer.EndedTimes);
        }
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public void A_writer_that_gives_up_is_heard_with_its_code_even_when_the_first_word_is_lost()
    {
        foreach (bool loseFirst in (bool[])[false, true])
        {
            using var chain = new SimulatedChain(2, new LinkModel(), hops: 1);
            SimulatedWriter writer = chain.Send(chain.Payload(2_000_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 100_000 }], Limit));
            bool dropNext = loseFirst;
            chain.Link(0, 1).Streams.Reset(writer.Stream, StreamErrorCode.StoreFailed);
            chain.World.Intercept = (from, _, _) =>
            {
                bool isKept = !dropNext || from != SimulatedChain.AddressOf(0);
                dropNext &= isKept;
                return isKept;
            };
            Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Duration.FromMilliseconds(loseFirst ? 400 : 26)));
            Assert.Equal(StreamErrorCode.StoreFailed, chain.Readers[0].Ended);
        }
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public void A_closed_connection_is_noticed_within_a_round_trip_even_when_the_first_word_is_lost()
    {
        foreach (bool loseFirst in (bool[])[false, true])
        {
            using var chain = new SimulatedChain(3, new LinkModel { RateBytesPerSecond = 2_000_000 }, hops: 1);
            SimulatedWriter writer = chain.Send(chain.Payload(2_000_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 100_000 }], Limit));
            bool dropNext = loseFirst;
            chain.World.Intercept = (from, _, _) =>
            {
                bool isKept = !dropNext || from != SimulatedChain.AddressOf(1);
                dropNext &= isKept;
                return isKept;
            };
            chain.Link(1, 0).Close(chain.World.Now, CloseCode.None, "done with you");
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Duration.FromMilliseconds(26)));
            Assert.Equal(StreamErrorCode.ConnectionLost, writer.Ended);
            Assert.Equal(StreamErrorCode.ConnectionLost, chain.Readers[0].Ended);
        }
    }

    [Fact]
    [Trait("Scenario", "A7")]
    public void Streams_that_are_opened_again_and_again_keep_no_silent_peer_alive()
    {
        using var chain = new SimulatedChain(4, new LinkModel(), hops: 1);
        chain.World.RunFor(Duration.FromSeconds(1));
        Connection connection = chain.Link(0, 1);
        chain.Crash(1);
        Instant silentSince = chain.World.Now;
        while (connection.State == ConnectionState.Established && chain.World.Now - silentSince < Limit)
        {
            SimulatedWriter writer = chain.Send(chain.Payload(5_000));
            chain.World.RunFor(Duration.FromMilliseconds(200));
            connection.Streams.Reset(writer.Stream, StreamErrorCode.Cancelled);
        }

        // Nothing was heard for up to a keep-alive interval before the crash.
        Duration idle = ConnectionSettings.Default.IdleTimeout;
        Assert.InRange(
            (chain.World.Now - silentSince).Seconds,
            (idle - ConnectionSettings.Default.KeepAliveInterval).Seconds,
            idle.Seconds + 0.5);
        Assert.Equal(CloseCode.IdleTimeout, connection.CloseCode);
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public void Cancelled_by_anybody_at_any_step_everything_returns_to_its_baseline()
    {
        Action<SimulatedChain, SimulatedWriter>[] cancels =
        [
            (_, writer) => writer.Stream.Connection.Streams.Reset(writer.Stream, StreamErrorCode.Cancelled),
            (chain, _) => Stop(chain.Readers.Select(reader => reader.Stream)),
            (chain, _) => Stop(chain.Relays.Select(relay => relay.Source)),
            (chain, _) => chain.Relays.ToList().ForEach(relay => relay.Cancel(StreamErrorCode.Cancelled)),
            (chain, _) => chain.Link(0, 1).Close(chain.World.Now, CloseCode.None, "cancelled"),
            (chain, _) => chain.Link(2, 1).Close(chain.World.Now, CloseCode.None, "cancelled"),
            (chain, _) => chain.Nodes[1].Close(chain.World.Now, "cancelled"),
        ];
        for (int i = 0; i < cancels.Length; i++)
        {
            for (int step = 0; step <= 60; step += 3)
            {
                using var chain = new SimulatedChain((ulong)step, new LinkModel { Loss = 0.05 }, hops: 2);
                SimulatedWriter writer = chain.Send(chain.Payload(20_000));
                Action<SimulatedChain, SimulatedWriter> cancel = cancels[i];
                chain.World.AfterDatagrams(step, () => cancel(chain, writer));
                Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit), $"cancel {i}, step {step}");
                bool isClean = chain.World.RunUntil(
                    () => chain.Nodes.All(node => EndpointLeftovers.Of(node) is null), Duration.FromSeconds(80));
                string left = string.Join("; ", chain.Nodes.Select(EndpointLeftovers.Of));
                Assert.True(isClean, $"cancel {i}, step {step}: {left}");
                Assert.Equal(chain.Relays.Count, chain.RelaysEnded.Count);
                Assert.All(chain.Readers, reader => Assert.Equal(1, reader.EndedTimes));
            }
        }
    }

    private static void Stop(IEnumerable<ReceiveStream> streams)
    {
        foreach (ReceiveStream stream in streams.ToArray())
        {
            stream.Connection.Streams.Stop(stream, StreamErrorCode.Cancelled);
        }
    }
}
