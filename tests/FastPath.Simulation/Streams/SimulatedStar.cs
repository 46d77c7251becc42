using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Streams;

/// <summary>A source, a hub that passes every stream on to all sinks, and the sinks, each with a bound for lagging.</summary>
internal sealed class SimulatedStar : IRelayOwner
{
    private static readonly Duration HandshakeLimit = Duration.FromSeconds(60);
    private static readonly Duration LookInterval = Duration.FromMilliseconds(100);

    private readonly Endpoint[] _nodes;
    private readonly Duration?[] _bounds;
    private readonly SimulatedReader?[] _readers;
    private readonly LaggardWatch _watch = new();
    private Instant _lookAt = Instant.Zero;

    /// <param name="bounds">One a sink; null waits for it.</param>
    public SimulatedStar(ulong seed, LinkModel model, params Duration?[] bounds)
    {
        _bounds = bounds;
        _readers = new SimulatedReader?[bounds.Length];
        World = new SimulatedNetwork(seed, model);
        _nodes = [.. Enumerable.Range(0, bounds.Length + 2).Select(i => Create(seed, i))];
        for (int i = 0; i < _nodes.Length; i++)
        {
            World.Place(SimulatedChain.AddressOf(i), _nodes[i]);
        }

        for (int i = 0; i < _nodes.Length; i++)
        {
            if (i != 1)
            {
                _nodes[i].Dial(World.Now, Hub.PublicKey, SimulatedChain.AddressOf(1));
            }
        }

        if (!World.RunUntil(() => Enumerable.Range(0, _nodes.Length).All(i => i == 1 || IsLinked(i)), HandshakeLimit))
        {
            throw new InvalidOperationException($"seed {seed}: the star did not connect");
        }

        World.Turned += Turn;
    }

    public SimulatedNetwork World { get; }

    public Endpoint Hub => _nodes[1];

    public Connection SourceToHub => _nodes[0].Find(Hub.PublicKey)!;

    public Endpoint Source => _nodes[0];

    public CutThroughRelay? Relay { get; private set; }

    public StreamErrorCode? RelayEnded { get; private set; }

    /// <summary>How many bytes each sink takes before it stops.</summary>
    public long[] Wants { get; init; } = [];

    public SimulatedReader? ReaderAt(int sink) => _readers[sink];

    public static PeerAddress AddressOfSink(int sink) => SimulatedChain.AddressOf(sink + 2);

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => RelayEnded = code;

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) => RelayEnded = code;

    private static Endpoint Create(ulong seed, int node)
    {
        byte[] key = new byte[32];
        new SeededRandom(seed + ((ulong)node * 7_919)).Fill(key);
        return new Endpoint(EndpointSettings.Default, key, new SeededRandom(seed + (ulong)node + 1));
    }

    private bool IsLinked(int node) =>
        _nodes[node].Find(Hub.PublicKey) is { IsConfirmed: true } && Hub.Find(_nodes[node].PublicKey) is { IsConfirmed: true };

    private void Turn(Instant now)
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            while (_nodes[i].TryPollEvent(out ConnectionEvent connectionEvent))
            {
                if (connectionEvent is { Kind: ConnectionEventKind.StreamOpened, Stream: { } stream })
                {
                    Take(i, stream);
                }
            }
        }

        if (now >= _lookAt && Relay is { } relay)
        {
            _lookAt = now + LookInterval;
            _watch.Observe(now, relay.Source);
        }
    }

    private void Take(int node, ReceiveStream stream)
    {
        if (node != 1)
        {
            _readers[node - 2] = new SimulatedReader(stream, Wants[node - 2]);
            return;
        }

        Connection[] sinks = [.. _nodes.Skip(2).Select(sink => Hub.Find(sink.PublicKey)!)];
        Relay = new CutThroughRelay(stream, sinks, stream.Description!, 1, this);
        for (int i = 0; i < sinks.Length; i++)
        {
            _watch.Add(Relay.Routes[i], _bounds[i]);
        }

        Relay.Start();
    }
}
