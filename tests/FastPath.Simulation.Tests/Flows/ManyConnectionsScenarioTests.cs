using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>One endpoint that sends to many over one link: together they get what one alone gets.</summary>
public sealed class ManyConnectionsScenarioTests
{
    private const long Rate = 5_000_000;

    // Of what a link of this rate carries: the rest of a datagram is header, tag and the head of a frame.
    private const double PayloadShare = 0.95;
    private const double Seconds = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [Trait("Scenario", "M7")]
    public void Connections_together_fill_the_link_as_one_does(int count) =>
        Assert.InRange(new Fan(count, endpointLimit: 0, connectionLimit: 0).SharesOfRate().Sum(), 0.9, 1.02);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [Trait("Scenario", "M7")]
    public void Connections_share_a_budget_of_all_equally_and_never_exceed_it(int count)
    {
        double[] shares = new Fan(count, endpointLimit: Rate / 2, connectionLimit: 0).SharesOfRate();
        Assert.InRange(shares.Sum(), 0.45, 0.5 / PayloadShare);
        double jain = Math.Pow(shares.Sum(), 2) / (count * shares.Sum(share => share * share));
        Assert.True(jain >= 0.95, $"{jain:0.000}");
    }

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(2, 0.5)]
    [InlineData(4, 1)]
    [InlineData(16, 1)]
    [Trait("Scenario", "M7")]
    public void Connections_with_a_limit_each_add_up_until_the_link_is_full(int count, double expected)
    {
        double sum = new Fan(count, endpointLimit: 0, connectionLimit: Rate / 4).SharesOfRate().Sum();
        Assert.InRange(sum, 0.9 * expected, 1.05 * expected);
    }

    /// <summary>A sender, a link that all its connections share, and a receiver for each.</summary>
    private sealed class Fan
    {
        private readonly SimulatedNetwork _world;
        private readonly List<Endpoint> _receivers = [];
        private readonly List<SimulatedReader> _readers = [];
        private readonly LinkState _shared = new();
        private readonly Endpoint _sender;

        public Fan(int count, long endpointLimit, long connectionLimit)
        {
            var link = new LinkModel { Delay = Duration.FromMilliseconds(10) };
            _world = new SimulatedNetwork((ulong)count, link);
            PeerAddress senderAddress = PeerAddress.FromIPv4(0x0A000001, 1);
            _world.LinkOf = (from, _) => from == senderAddress
                ? link with { RateBytesPerSecond = Rate, QueueBytes = Rate / 20, Shared = _shared }
                : link;
            EndpointSettings settings = SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr);
            _sender = Place(settings with { RateLimitBytesPerSecond = endpointLimit }, senderAddress);
            _world.Turned += _ => TakeEvents();
            for (int i = 0; i < count; i++)
            {
                PeerAddress address = PeerAddress.FromIPv4(0x0A000010 + (uint)i, 2);
                _receivers.Add(Place(settings, address));
                _sender.Dial(_world.Now, _receivers[i].PublicKey, address);
            }

            Assert.True(_world.RunUntil(
                () => _receivers.TrueForAll(r => r.Find(_sender.PublicKey) is { IsConfirmed: true }), Duration.FromSeconds(5)));
            foreach (Connection connection in _sender.Connections)
            {
                connection.SetRateLimit(_world.Now, connectionLimit);
            }
        }

        /// <summary>Payload of each connection over the link's rate, once all have had a while to settle.</summary>
        public double[] SharesOfRate()
        {
            byte[] payload = new byte[(int)(Rate * (Seconds + 3))];
            foreach (Endpoint receiver in _receivers)
            {
                _ = new SimulatedWriter(
                    _world.Now,
                    _sender.Find(receiver.PublicKey)!,
                    _sender.Pool,
                    payload,
                    new StreamDescription { TransferId = _world.Random.NextUInt64(), TotalLength = payload.Length });
            }

            _world.RunFor(Duration.FromSeconds(2));
            long[] before = [.. _readers.Select(reader => reader.Stream.Ring.Frontier)];
            _world.RunFor(Duration.FromSeconds(Seconds));
            return [.. _readers.Select((reader, i) => (reader.Stream.Ring.Frontier - before[i]) / Seconds / Rate / PayloadShare)];
        }

        private void TakeEvents()
        {
            foreach (Endpoint receiver in _receivers)
            {
                while (receiver.TryPollEvent(out ConnectionEvent e))
                {
                    if (e.Stream is { } stream)
                    {
                        _readers.Add(new SimulatedReader(stream));
                    }
                }
            }
        }

        private Endpoint Place(EndpointSettings settings, PeerAddress address)
        {
            byte[] key = new byte[32];
            _world.Random.Fill(key);
            var endpoint = new Endpoint(settings, key, new SeededRandom(_world.Random.NextUInt64()));
            _world.Place(address, endpoint);
            return endpoint;
        }
    }
}
