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

/// <summary>An endpoint that sends to several others, each connected to it, and a reader of each stream that they get.</summary>
internal sealed class SenderFan
{
    private static readonly PeerAddress SenderAddress = PeerAddress.FromIPv4(0x0A000001, 1);

    private readonly List<Endpoint> _receivers = [];
    private readonly List<SimulatedReader> _readers = [];
    private PeerAddress _runTo;

    /// <param name="count">Of receivers.</param>
    /// <param name="link">Of every path.</param>
    /// <param name="limit">Of all that the sender sends, bytes a second; 0 for none.</param>
    /// <param name="outbound">The way from the sender, which all connections share; the link when it is null.</param>
    public SenderFan(int count, LinkModel link, long limit, LinkModel? outbound = null)
    {
        World = new SimulatedNetwork((ulong)count, link);
        if (outbound is not null)
        {
            World.LinkOf = (from, _) => from == SenderAddress ? outbound : link;
        }

        EndpointSettings settings = SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr);
        Sender = Place(settings with { RateLimitBytesPerSecond = limit }, SenderAddress);
        World.Turned += _ => TakeEvents();
        for (int i = 0; i < count; i++)
        {
            PeerAddress address = PeerAddress.FromIPv4(0x0A000010 + (uint)i, 2);
            _receivers.Add(Place(settings, address));
            Sender.Dial(World.Now, _receivers[i].PublicKey, address);
        }

        Assert.True(World.RunUntil(
            () => _receivers.TrueForAll(r => r.Find(Sender.PublicKey) is { IsConfirmed: true }), Duration.FromSeconds(5)));
        World.Intercept = (from, to, datagram) =>
        {
            if (from == SenderAddress)
            {
                SentBytes += datagram.Length;
                Runs += to == _runTo ? 0 : 1;
                _runTo = to;
            }

            return true;
        };
    }

    public SimulatedNetwork World { get; }

    public Endpoint Sender { get; }

    /// <summary>Of datagrams, since all were connected.</summary>
    public long SentBytes { get; private set; }

    /// <summary>How often a datagram was for another receiver than the one before it.</summary>
    public int Runs { get; private set; }

    /// <summary>Begins a stream of so many bytes to each receiver.</summary>
    public void Send(int bytes)
    {
        byte[] payload = new byte[bytes];
        foreach (Endpoint receiver in _receivers)
        {
            _ = new SimulatedWriter(
                World.Now,
                Sender.Find(receiver.PublicKey)!,
                Sender.Pool,
                payload,
                new StreamDescription { TransferId = World.Random.NextUInt64(), TotalLength = bytes });
        }
    }

    /// <summary>Payload bytes a second that each receiver gets, for so long from now on.</summary>
    public double[] RatesOver(double seconds)
    {
        long[] before = [.. _readers.Select(reader => reader.Stream.Ring.Frontier)];
        World.RunFor(Duration.FromSeconds(seconds));
        return [.. _readers.Select((reader, i) => (reader.Stream.Ring.Frontier - before[i]) / seconds)];
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
        World.Random.Fill(key);
        var endpoint = new Endpoint(settings, key, new SeededRandom(World.Random.NextUInt64()));
        World.Place(address, endpoint);
        return endpoint;
    }
}
