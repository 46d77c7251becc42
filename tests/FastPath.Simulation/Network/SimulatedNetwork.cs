using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>Endpoints joined by a modelled path in virtual time. One seed replays everything.</summary>
internal sealed partial class SimulatedNetwork(ulong seed, LinkModel model)
{
    private const int DatagramMax = 65_535;
    private const int TurnsAtOneInstantMax = 100_000;

    private readonly PriorityQueue<Flight, (long At, long Order)> _inFlight = new();
    private readonly List<NodePlace> _places = [];
    private readonly Dictionary<PeerAddress, NodePlace> _placeOf = [];
    private readonly Dictionary<(PeerAddress, PeerAddress), LinkState> _links = [];
    private readonly Stack<byte[]> _buffers = new();
    private readonly byte[] _buffer = new byte[DatagramMax];
    private long _order;

    public SeededRandom Random { get; } = new(seed);

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>Sees each datagram before the model does, and may change it; false drops it.</summary>
    public Func<PeerAddress, PeerAddress, byte[], bool>? Intercept { get; set; }

    /// <summary>A model of its own for a directed link; null for the common one.</summary>
    public Func<PeerAddress, PeerAddress, LinkModel?>? LinkOf { get; set; }

    public long DatagramsSent { get; private set; }

    public long DatagramsTooLong { get; private set; }

    public long DatagramsDroppedAtQueue { get; private set; }

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
            _agenda.Run(Now);
            Deliver();
            for (int i = 0; i < _places.Count; i++)
            {
                if (_places[i] is { IsRunning: true, Node: { } node } && node.NextTimeout <= Now)
                {
                    node.HandleTimeout(Now);
                }
            }
        }
    }

    public void RunFor(Duration duration) => RunUntil(() => false, duration);

    private Instant NextInstant()
    {
        Instant next = _inFlight.TryPeek(out Flight flight, out _) ? flight.At : Instant.Never;
        next = Instant.Min(next, _agenda.NextInstant);
        for (int i = 0; i < _places.Count; i++)
        {
            if (_places[i] is { IsRunning: true, Node: { } node })
            {
                next = Instant.Min(next, node.NextTimeout);
            }
        }

        return next;
    }

    private void Deliver()
    {
        while (_inFlight.TryPeek(out Flight flight, out _) && flight.At <= Now)
        {
            _inFlight.Dequeue();
            if (!_placeOf.TryGetValue(flight.To, out NodePlace? place))
            {
                _buffers.Push(flight.Buffer);
            }
            else if (!place.IsPaused || !place.TryQueue(in flight, SocketBufferBytes))
            {
                Hand(place.IsPaused ? null : place.Node, in flight);
            }
        }
    }

    private void Hand(ISimulatedNode? node, in Flight flight)
    {
        node?.HandleDatagram(Now, flight.From, flight.Buffer.AsSpan(0, flight.Length), flight.Ecn);
        _buffers.Push(flight.Buffer);
    }

    private void Transmit()
    {
        for (int i = 0; i < _places.Count; i++)
        {
            NodePlace place = _places[i];
            while (place is { IsRunning: true, Node: { } node }
                && node.TryPollTransmit(Now, _buffer, out int length, out PeerAddress to))
            {
                DatagramsSent++;
                Pass(place.Address, to, _buffer.AsSpan(0, length), node.TransmitEcn);
                _agenda.RunCounted(DatagramsSent);
            }
        }
    }

    private void Pass(PeerAddress from, PeerAddress to, Span<byte> datagram, EcnCodepoint ecn)
    {
        if (Intercept is { } intercept)
        {
            byte[] seen = datagram.ToArray();
            if (!intercept(from, to, seen))
            {
                return;
            }

            seen.CopyTo(datagram);
        }

        if (!IsCut(from, to))
        {
            Send(from, to, datagram, ecn);
        }
    }

    private void Send(PeerAddress from, PeerAddress to, ReadOnlySpan<byte> datagram, EcnCodepoint ecn)
    {
        LinkModel link = LinkOf?.Invoke(from, to) ?? model;
        if (link.MtuBytes != 0 && datagram.Length > link.MtuBytes)
        {
            DatagramsTooLong++;
            if (link.RefusesLonger)
            {
                _placeOf[from].Node?.HandleRefused(Now, to, datagram);
            }

            return;
        }

        LinkState state = link.Shared ?? StateOf(from, to);
        if (!state.TryPass(Now, datagram.Length, link, ref ecn, out Duration wait))
        {
            DatagramsDroppedAtQueue++;
            return;
        }

        bool isLost = Random.NextChance(link.Loss) || (link.Bursts is { } bursts && state.IsBurstLoss(Now, bursts, Random))
            || (link.PacketBursts is { } packetBursts && state.IsBurstLoss(packetBursts, Random));
        int copies = isLost ? 0 : Random.NextChance(link.Duplication) ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            bool isCorrupt = Random.NextChance(link.Corruption);
            int changed = isCorrupt ? Random.NextInt32(datagram.Length) : 0;
            byte flip = isCorrupt ? (byte)(1 << Random.NextInt32(8)) : (byte)0;
            Duration late = link.Reordering > 0 && Random.NextChance(link.Reordering) ? link.ReorderingDelay : Duration.Zero;
            Duration jitter = new(Random.NextInt64(link.Jitter.Nanoseconds + 1));
            byte[] copy = Schedule(from, to, datagram, wait + link.Delay + jitter + late, ecn);
            copy[changed] ^= flip;
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

    private byte[] Schedule(PeerAddress from, PeerAddress to, ReadOnlySpan<byte> datagram, Duration delay, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        if (!_buffers.TryPop(out byte[]? buffer))
        {
            buffer = new byte[DatagramMax];
        }

        datagram.CopyTo(buffer);
        Instant at = Now + delay;
        _inFlight.Enqueue(new Flight(at, from, to, buffer, datagram.Length, ecn), (at.Nanoseconds, _order++));
        return buffer;
    }
}
