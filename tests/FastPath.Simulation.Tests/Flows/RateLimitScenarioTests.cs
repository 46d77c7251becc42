using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>One endpoint that sends to several, under one limit.</summary>
public sealed class RateLimitScenarioTests
{
    private const long Limit = 1_000_000;
    private const int Receivers = 3;

    private readonly SimulatedNetwork _world = new(1, new LinkModel { Delay = Duration.FromMilliseconds(10) });
    private readonly PeerAddress _senderAddress = PeerAddress.FromIPv4(0x0A000001, 1);
    private readonly List<Endpoint> _receivers = [];
    private readonly List<SimulatedReader> _readers = [];
    private readonly Endpoint _sender;
    private long _sentBytes;

    public RateLimitScenarioTests()
    {
        EndpointSettings settings = SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr);
        _sender = Place(settings with { RateLimitBytesPerSecond = Limit }, _senderAddress);
        _world.Turned += _ => TakeEvents();
        for (int i = 0; i < Receivers; i++)
        {
            PeerAddress address = PeerAddress.FromIPv4(0x0A000010 + (uint)i, 2);
            _receivers.Add(Place(settings, address));
            _sender.Dial(_world.Now, _receivers[i].PublicKey, address);
        }

        Assert.True(_world.RunUntil(
            () => _receivers.TrueForAll(r => r.Find(_sender.PublicKey) is { IsConfirmed: true }), Duration.FromSeconds(5)));
        _world.Intercept = (from, _, datagram) =>
        {
            _sentBytes += from == _senderAddress ? datagram.Length : 0;
            return true;
        };
    }

    [Fact]
    [Trait("Scenario", "F15")]
    public void Connections_share_the_limit_of_their_endpoint_equally_and_use_it_up()
    {
        Send(bytes: 20_000_000);
        double[] shares = SharesOver(seconds: 10);
        Assert.InRange(shares.Sum(), 0.9, 1.0);
        Assert.All(shares, share => Assert.InRange(share * Receivers / shares.Sum(), 0.9, 1.1));
    }

    [Fact]
    [Trait("Scenario", "F15")]
    public void A_limit_that_is_changed_holds_from_then_on_in_both_directions()
    {
        Send(bytes: 60_000_000);
        SharesOver(seconds: 2);
        foreach (double factor in (double[])[0.1, 3, 0.5])
        {
            _sender.SetRateLimit(_world.Now, (long)(Limit * factor));
            Assert.InRange(SharesOver(seconds: 4).Sum(), 0.88 * factor, 1.01 * factor);
        }

        _sender.Connections[0].SetRateLimit(_world.Now, Limit / 20);
        Assert.InRange(SharesOver(seconds: 4)[0], 0.04, 0.0505);
        _sender.SetRateLimit(_world.Now, 0);
        double[] shares = SharesOver(seconds: 2);
        Assert.InRange(shares[0], 0.04, 0.0505);
        Assert.True(shares[1] > 1, $"{shares[1]:0.00} of the limit that was");
    }

    private void Send(int bytes)
    {
        foreach (Endpoint receiver in _receivers)
        {
            _ = new SimulatedWriter(
                _world.Now,
                _sender.Find(receiver.PublicKey)!,
                _sender.Pool,
                new byte[bytes],
                new StreamDescription { TransferId = _world.Random.NextUInt64(), TotalLength = bytes });
        }

        _world.RunFor(Duration.FromSeconds(1));
    }

    /// <summary>Payload of each connection over the limit; the datagrams of all never exceed the limit and a burst.</summary>
    private double[] SharesOver(double seconds)
    {
        long limit = _sender.RateLimitBytesPerSecond;
        long[] before = [.. _readers.Select(reader => reader.Stream.Ring.Frontier)];
        long sentBefore = _sentBytes;
        _world.RunFor(Duration.FromSeconds(seconds));

        // Acknowledgements are not paced; the receivers here ask for next to none.
        Assert.True(limit == 0 || _sentBytes - sentBefore <= (limit * seconds * 1.005) + 5_000, $"{_sentBytes - sentBefore} bytes");
        return [.. _readers.Select((reader, i) => (reader.Stream.Ring.Frontier - before[i]) / seconds / Limit)];
    }

    private void TakeEvents()
    {
        foreach (Endpoint receiver in _receivers)
        {
            while (receiver.TryPollEvent(out Protocol.Connections.ConnectionEvent e))
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
