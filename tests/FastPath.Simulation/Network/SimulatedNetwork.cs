using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>Endpoints joined by a modelled path in virtual time. One seed replays everything.</summary>
internal sealed class SimulatedNetwork(ulong seed, LinkModel model)
{
    private const int DatagramMax = 65_535;
    private const int TurnsAtOneInstantMax = 100_000;

    private readonly PriorityQueue<Flight, (long At, long Order)> _inFlight = new();
    private readonly Dictionary<PeerAddress, ISimulatedNode> _nodes = [];
    private readonly Dictionary<(PeerAddress, PeerAddress), LinkState> _links = [];
    private readonly byte[] _buffer = new byte[DatagramMax];
    private long _order;

    public SeededRandom Random { get; } = new(seed);

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>Sees each datagram before the model does; false drops it.</summary>
    public Func<PeerAddress, PeerAddress, byte[], bool>? Intercept { get; set; }

    /// <summary>A model of its own for a directed link; null for the common one.</summary>
    public Func<PeerAddress, PeerAddress, LinkModel?>? LinkOf { get; set; }

    public long DatagramsSent { get; private set; }

    public long DatagramsTooLong { get; private set; }

    public long DatagramsDroppedAtQueue { get; private set; }

    /// <summary>Puts an endpoint at an address; the one that was there is gone, as after a crash.</summary>
    public void Place(PeerAddress address, Endpoint endpoint) => Place(address, new EndpointNode(endpoint));

    public void Place(PeerAddress address, ISimulatedNode node) => _nodes[address] = node;

    /// <summary>Takes a node away, as a crash does: nothing is sent, nothing received.</summary>
    public void Remove(PeerAddress address) => _nodes.Remove(address);

    /// <summary>Called after every turn, where an application would run.</summary>
    public event Action<Instant>? Turned;

    /// <summary>Brings a datagram to its address after the path's delay, whoever made it.</summary>
    public void Inject(PeerAddress from, PeerAddress to, byte[] datagram) => Schedule(from, to, datagram, model.Delay);

    /// <summary>Turns the world until the condition holds.</summary>
    /// <returns>False when the limit of virtual time was reached first.</returns>
    public bool RunUntil(Func<bool> condition, Duration limit)
    {
        Instant end = Now + limit;
        int turns = 0;
        while (true)
        {
            Turned?.Invoke(Now);
            Transmit();
            if (condition())
            {
                return true;
            }

            Instant next = NextInstant();
            if (next > end)
            {
                Now = end;
                return false;
            }

            turns = next > Now ? 0 : turns + 1;
            if (turns > TurnsAtOneInstantMax)
            {
                throw new InvalidOperationException($"seed {seed}: time stands still at {Now}");
            }

            Now = Instant.Max(Now, next);
            Deliver();
            foreach (ISimulatedNode node in _nodes.Values)
            {
                if (node.NextTimeout <= Now)
                {
                    node.HandleTimeout(Now);
                }
            }
        }
    }

    public void RunFor(Duration duration) => RunUntil(() => false, duration);

    private Instant NextInstant()
    {
        Instant next = _inFlight.TryPeek(out Flight? flight, out _) ? flight.At : Instant.Never;
        foreach (ISimulatedNode node in _nodes.Values)
        {
            next = Instant.Min(next, node.NextTimeout);
        }

        return next;
    }

    private void Deliver()
    {
        while (_inFlight.TryPeek(out Flight? flight, out _) && flight.At <= Now)
        {
            _inFlight.Dequeue();
            if (_nodes.TryGetValue(flight.To, out ISimulatedNode? node))
            {
                node.HandleDatagram(Now, flight.From, flight.Datagram);
            }
        }
    }

    private void Transmit()
    {
        foreach ((PeerAddress from, ISimulatedNode node) in _nodes)
        {
            while (node.TryPollTransmit(Now, _buffer, out int length, out PeerAddress to))
            {
                DatagramsSent++;
                byte[] datagram = _buffer.AsSpan(0, length).ToArray();
                if (Intercept is { } intercept && !intercept(from, to, datagram))
                {
                    continue;
                }

                Send(from, to, datagram);
            }
        }
    }

    private void Send(PeerAddress from, PeerAddress to, byte[] datagram)
    {
        LinkModel link = LinkOf?.Invoke(from, to) ?? model;
        if (link.MtuBytes != 0 && datagram.Length > link.MtuBytes)
        {
            DatagramsTooLong++;
            return;
        }

        LinkState state = link.Shared ?? StateOf(from, to);
        if (!state.TryPass(Now, datagram.Length, link, out Duration wait))
        {
            DatagramsDroppedAtQueue++;
            return;
        }

        bool isLost = Random.NextChance(link.Loss) || (link.Bursts is { } bursts && state.IsBurstLoss(Now, bursts, Random));
        int copies = isLost ? 0 : Random.NextChance(link.Duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            byte[] copy = [.. datagram];
            if (Random.NextChance(link.Corruption))
            {
                copy[Random.NextInt32(copy.Length)] ^= (byte)(1 << Random.NextInt32(8));
            }

            Duration late = link.Reordering > 0 && Random.NextChance(link.Reordering) ? link.ReorderingDelay : Duration.Zero;
            Duration jitter = new(Random.NextInt64(link.Jitter.Nanoseconds + 1));
            Schedule(from, to, copy, wait + link.Delay + jitter + late);
        }
    }

    private LinkState StateOf(PeerAddress from, PeerAddress to)
    {
        if (!_links.TryGetValue((from, to), out LinkState? state))
        {
            state = new LinkState();
            _links.Add((from, to), state);
        }

        return state;
    }

    private void Schedule(PeerAddress from, PeerAddress to, byte[] datagram, Duration delay)
    {
        Instant at = Now + delay;
        _inFlight.Enqueue(new Flight(at, from, to, datagram), (at.Nanoseconds, _order++));
    }

    private sealed record Flight(Instant At, PeerAddress From, PeerAddress To, byte[] Datagram);
}
