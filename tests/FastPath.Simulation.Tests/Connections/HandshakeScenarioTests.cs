using System.Buffers.Binary;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Connections;

public sealed class HandshakeScenarioTests
{
    private static readonly PeerAddress A = PeerAddress.FromIPv4(0x0A000001, 1);
    private static readonly PeerAddress B = PeerAddress.FromIPv4(0x0A000002, 2);
    private static readonly Duration Limit = Duration.FromSeconds(60);

    [Fact]
    public void A_dial_takes_one_round_trip()
    {
        var world = new SimulatedNetwork(1, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 1);
        Connection connection = DialAndWait(world, a, b);
        Assert.Equal(Instant.Zero + Duration.FromMilliseconds(20), world.Now);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null && connection.IsConfirmed, Limit));
        Assert.Equal(connection.Session.Cipher.Suite, b.Find(a.PublicKey)!.Session.Cipher.Suite);
    }

    [Fact]
    public void Dials_succeed_on_bad_paths_and_messages_arrive_once()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var world = new SimulatedNetwork(seed, new LinkModel
            {
                Loss = 0.1,
                Duplication = 0.1,
                Corruption = 0.05,
                Jitter = Duration.FromMilliseconds(30),
            });
            (Endpoint a, Endpoint b) = Place(world, seed);
            Connection connection = DialAndWait(world, a, b);
            SendNumbered(world, b, connection, 200, seed);
        }
    }

    [Fact]
    [Trait("Scenario", "C9")]
    public void Rekeying_every_1000_packets_loses_no_message()
    {
        var world = new SimulatedNetwork(5, new LinkModel { Loss = 0.02, Jitter = Duration.FromMilliseconds(5) });
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with { RekeyLimits = new RekeyLimits(1_000, Duration.FromSeconds(1e6)) },
        };
        (Endpoint a, Endpoint b) = Place(world, 5, settings);
        Connection connection = DialAndWait(world, a, b);
        SendNumbered(world, b, connection, 5_000, 5, messageBytes: 1_000);
        Assert.True(connection.Session.Sealer.Rekeyings >= 4, $"{connection.Session.Sealer.Rekeyings} rekeyings");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "C1")]
    public void Either_side_may_restart_at_the_same_address(bool initiatorRestarts)
    {
        var world = new SimulatedNetwork(2, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 2);
        Connection old = DialAndWait(world, a, b);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null, Limit));
        if (initiatorRestarts)
        {
            Endpoint again = Create(2, 'a', EndpointSettings.Default, salt: 99);
            world.Place(A, again);
            Connection fresh = DialAndWait(world, again, b);
            Assert.True(world.RunUntil(() => fresh.IsConfirmed, Limit));
            Assert.Single(b.Connections);
        }
        else
        {
            Endpoint again = Create(2, 'b', EndpointSettings.Default, salt: 99);
            world.Place(B, again);
            old.QueuePing(1);
            Assert.True(world.RunUntil(() => old.State == ConnectionState.Closed, Duration.FromSeconds(1)));
            Assert.Equal(CloseCode.PeerReset, old.CloseCode);
            Connection fresh = DialAndWait(world, a, again);
            Assert.True(world.RunUntil(() => fresh.IsConfirmed, Limit));
            Assert.Single(a.Connections);
        }
    }

    [Fact]
    public void A_simultaneous_open_keeps_one_session_and_answers_both_dials()
    {
        for (ulong seed = 1; seed <= 500; seed++)
        {
            var world = new SimulatedNetwork(seed, new LinkModel { Loss = 0.1, Jitter = Duration.FromMilliseconds(40) });
            (Endpoint a, Endpoint b) = Place(world, seed);
            a.Dial(world.Now, b.PublicKey, B);
            world.RunFor(Duration.FromMilliseconds(world.Random.NextInt32(30)));
            b.Dial(world.Now, a.PublicKey, A);
            Connection? atA = null;
            Connection? atB = null;
            bool settled = world.RunUntil(
                () =>
                {
                    atA = TakeDial(a) ?? atA;
                    atB = TakeDial(b) ?? atB;
                    return atA is not null && atB is not null;
                },
                Limit);
            Assert.True(settled, $"seed {seed}");
            world.RunFor(Duration.FromSeconds(20));
            Assert.True(
                a.Connections.Count == 1 && b.Connections.Count == 1,
                $"seed {seed}: {a.Connections.Count} and {b.Connections.Count}, {atA!.State} {atA.CloseCode}, {atB!.State} {atB.CloseCode}, "
                + $"a smaller {a.PublicKey.IsSmallerThan(b.PublicKey)}, a initiates {atA.Session.IsInitiator}, b initiates {atB.Session.IsInitiator}");
            Assert.True(
                a.Connections[0].Session.LocalIndex == b.Connections[0].Session.RemoteIndex, $"seed {seed}: crossed");
        }
    }

    [Fact]
    public void A_wrong_public_key_ends_as_no_answer()
    {
        var world = new SimulatedNetwork(3, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 3);
        Endpoint other = Create(3, 'c', EndpointSettings.Default);
        a.Dial(world.Now, other.PublicKey, B);
        DialResult result = default;
        Assert.True(world.RunUntil(() => a.TryPollDialResult(out result), Limit));
        Assert.Equal(CloseCode.HandshakeTimeout, result.Failure);
        Assert.Equal(Instant.Zero + Duration.FromSeconds(8), world.Now);
        Assert.Equal(0, b.HalfOpenCount);
    }

    [Fact]
    public void A_peer_that_is_not_allowed_is_refused_within_a_round_trip()
    {
        var world = new SimulatedNetwork(4, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 4, EndpointSettings.Default with { Authorize = _ => false });
        a.Dial(world.Now, b.PublicKey, B);
        DialResult result = default;
        Assert.True(world.RunUntil(() => a.TryPollDialResult(out result), Limit));
        Assert.Equal((CloseCode.Refused, HandshakeStatus.NotAuthorized), (result.Failure, result.Status));
        Assert.Equal(Instant.Zero + Duration.FromMilliseconds(20), world.Now);
        Assert.Empty(b.Connections);
    }

    [Fact]
    [Trait("Scenario", "C9")]
    public void Every_datagram_replayed_later_changes_nothing_but_counters()
    {
        var world = new SimulatedNetwork(6, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 6);
        var captured = new List<(PeerAddress From, PeerAddress To, byte[] Datagram)>();
        world.Intercept = (from, to, datagram) =>
        {
            captured.Add((from, to, datagram));
            return true;
        };
        Connection connection = DialAndWait(world, a, b);
        SendNumbered(world, b, connection, 20, 6);
        world.Intercept = null;
        Connection atB = b.Find(a.PublicKey)!;
        long received = atB.Counters.MessagesReceived;
        foreach (int seconds in new[] { 1, 9, 9 })
        {
            world.RunFor(Duration.FromSeconds(seconds));
            foreach ((PeerAddress from, PeerAddress to, byte[] datagram) in captured)
            {
                world.Inject(from, to, [.. datagram]);
            }
        }

        world.RunFor(Duration.FromSeconds(1));
        Assert.Same(atB, b.Find(a.PublicKey));
        Assert.Same(connection, a.Find(b.PublicKey));
        Assert.Equal(received, atB.Counters.MessagesReceived);
        Assert.InRange(b.HalfOpenCount, 0, 1);
        Assert.True(atB.Counters.PacketsDuplicate > 0);
    }

    [Fact]
    [Trait("Scenario", "F5")]
    public void An_idle_pair_sends_keep_alives_and_nothing_more()
    {
        var world = new SimulatedNetwork(7, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 7);
        DialAndWait(world, a, b);
        world.RunFor(Duration.FromSeconds(1));
        long before = world.DatagramsSent;
        world.RunFor(Duration.FromSeconds(60));

        // At most one PING and its ACK from each side in each of the four intervals.
        Assert.InRange(world.DatagramsSent - before, 4, 16);
        Assert.Single(a.Connections);
        Assert.Single(b.Connections);
    }

    [Fact]
    [Trait("Scenario", "A7")]
    public void A_silent_peer_is_given_up_at_the_idle_timeout_though_messages_are_queued()
    {
        var world = new SimulatedNetwork(8, new LinkModel());
        (Endpoint a, Endpoint b) = Place(world, 8);
        Connection connection = DialAndWait(world, a, b);
        world.RunUntil(() => connection.IsConfirmed, Limit);
        world.RunFor(Duration.FromSeconds(1));
        world.Intercept = (_, _, _) => false;
        Instant start = world.Now;
        for (int i = 0; i < 100 && connection.State == ConnectionState.Established; i++)
        {
            connection.TryQueueMessage([1, 2, 3], out _);
            world.RunFor(Duration.FromSeconds(1));
        }

        Assert.Equal(CloseCode.IdleTimeout, connection.CloseCode);
        Assert.InRange((world.Now - start).Seconds, 43, 47);
    }

    private static void SendNumbered(
        SimulatedNetwork world, Endpoint receiver, Connection connection, int count, ulong seed, int messageBytes = 100)
    {
        int queued = 0;
        var seen = new HashSet<int>();
        byte[] message = new byte[messageBytes];
        bool done = world.RunUntil(
            () =>
            {
                while (queued < count)
                {
                    BinaryPrimitives.WriteInt32LittleEndian(message, queued);
                    if (!connection.TryQueueMessage(message, out _))
                    {
                        break;
                    }

                    queued++;
                }

                while (receiver.TryPollEvent(out ConnectionEvent e))
                {
                    if (e.Kind == ConnectionEventKind.MessageReceived)
                    {
                        Assert.True(seen.Add(BinaryPrimitives.ReadInt32LittleEndian(e.Message.Span)), $"seed {seed}: twice");
                        e.Connection.OnMessageConsumed(e.Message.Length);
                    }
                }

                return seen.Count == count;
            },
            Duration.FromSeconds(600));
        Assert.True(done, $"seed {seed}: {seen.Count} of {count} arrived, {queued} queued, {connection.State}");
    }

    private static Connection DialAndWait(SimulatedNetwork world, Endpoint from, Endpoint to)
    {
        from.Dial(world.Now, to.PublicKey, B);
        Connection? connection = null;
        Assert.True(world.RunUntil(() => (connection = TakeDial(from)) is not null, Limit));
        return connection!;
    }

    private static Connection? TakeDial(Endpoint endpoint)
    {
        if (!endpoint.TryPollDialResult(out DialResult result))
        {
            return null;
        }

        Assert.NotNull(result.Connection);
        return result.Connection;
    }

    private static (Endpoint A, Endpoint B) Place(SimulatedNetwork world, ulong seed, EndpointSettings? settings = null)
    {
        Endpoint a = Create(seed, 'a', EndpointSettings.Default with
        {
            Connection = (settings ?? EndpointSettings.Default).Connection,
        });
        Endpoint b = Create(seed, 'b', settings ?? EndpointSettings.Default);
        world.Place(A, a);
        world.Place(B, b);
        return (a, b);
    }

    private static Endpoint Create(ulong seed, char name, EndpointSettings settings, ulong salt = 0)
    {
        byte[] privateKey = new byte[32];
        new SeededRandom((seed * 1_000) + name).Fill(privateKey);
        return new Endpoint(settings, privateKey, new SeededRandom((seed * 1_000_003) + name + salt));
    }
}
