using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Streams;

/// <summary>Nodes in a line, connected to their neighbours. Streams that reach an inner node are passed on to the next one.</summary>
internal sealed class SimulatedChain : IRelayOwner
{
    private static readonly Duration HandshakeLimit = Duration.FromSeconds(60);

    private readonly List<Endpoint> _nodes = [];
    private readonly List<SimulatedReader> _readers = [];
    private readonly List<CutThroughRelay> _relays = [];
    private readonly List<(CutThroughRelay Relay, StreamErrorCode Code)> _relaysEnded = [];
    private readonly EndpointSettings _settings;
    private readonly ulong _seed;

    public SimulatedChain(ulong seed, LinkModel model, int hops, EndpointSettings? settings = null)
    {
        _seed = seed;
        _settings = settings ?? EndpointSettings.Default;
        World = new SimulatedNetwork(seed, model);
        for (int i = 0; i <= hops; i++)
        {
            _nodes.Add(Create(i, salt: 0));
            World.Place(AddressOf(i), _nodes[i]);
        }

        for (int i = 0; i < hops; i++)
        {
            _nodes[i].Dial(World.Now, _nodes[i + 1].PublicKey, AddressOf(i + 1));
        }

        Require(World.RunUntil(() => Enumerable.Range(0, hops).All(IsLinked), HandshakeLimit), "the chain did not connect");
        World.Turned += TakeEvents;
    }

    public SimulatedNetwork World { get; }

    public IReadOnlyList<Endpoint> Nodes => _nodes;

    /// <summary>What the last node was told of, in order.</summary>
    public IReadOnlyList<SimulatedReader> Readers => _readers;

    public IReadOnlyList<CutThroughRelay> Relays => _relays;

    public IReadOnlyList<(CutThroughRelay Relay, StreamErrorCode Code)> RelaysEnded => _relaysEnded;

    /// <summary>Decides on what is offered to any node.</summary>
    public Action<StreamOffer> OnOffer { get; set; } =
        _ => throw new InvalidOperationException("the test expects no offer");

    /// <summary>How many bytes a fresh reader takes before it pauses.</summary>
    public long ReaderWants { get; set; } = long.MaxValue;

    public static PeerAddress AddressOf(int node) => PeerAddress.FromIPv4(0x0A000001 + (uint)node, 7_000);

    /// <summary>The connection of one node to its right (or left) neighbour.</summary>
    public Connection Link(int from, int to) => _nodes[from].Find(_nodes[to].PublicKey)
        ?? throw new InvalidOperationException($"node {from} has no connection to node {to}");

    public SimulatedWriter Send(byte[] payload, ReadOnlyMemory<byte> metadata = default, bool announceLength = true, byte[]? digestAtEnd = null) => new(
        World.Now,
        Link(0, 1),
        _nodes[0].Pool,
        payload,
        new StreamDescription
        {
            TransferId = World.Random.NextUInt64(),
            TotalLength = announceLength ? payload.Length : -1,
            Metadata = metadata,
        },
        digestAtEnd: digestAtEnd);

    public byte[] Payload(int length)
    {
        byte[] payload = new byte[length];
        World.Random.Fill(payload);
        return payload;
    }

    /// <summary>A new process at the place of the old one: same identity, nothing else kept.</summary>
    public Endpoint Restart(int node)
    {
        _nodes[node] = Create(node, salt: World.Random.NextUInt64());
        World.Place(AddressOf(node), _nodes[node]);
        return _nodes[node];
    }

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => _relaysEnded.Add((relay, code));

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) => _relaysEnded.Add((relay, code));

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidOperationException(message);
        }
    }

    private Endpoint Create(int node, ulong salt)
    {
        byte[] key = new byte[32];
        new SeededRandom(_seed + ((ulong)node * 7_919)).Fill(key);
        return new Endpoint(_settings, key, new SeededRandom(_seed + (ulong)node + salt + 1));
    }

    private bool IsLinked(int left) =>
        _nodes[left].Find(_nodes[left + 1].PublicKey) is { IsConfirmed: true }
        && _nodes[left + 1].Find(_nodes[left].PublicKey) is { IsConfirmed: true };

    private void TakeEvents(Instant now)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            while (_nodes[i].TryPollEvent(out ConnectionEvent connectionEvent))
            {
                if (connectionEvent is { Kind: ConnectionEventKind.StreamOpened, Stream: { } stream })
                {
                    TakeStream(i, stream);
                }
                else if (connectionEvent is { Kind: ConnectionEventKind.StreamOffered, Offer: { } offer })
                {
                    OnOffer(offer);
                }
            }
        }
    }

    private void TakeStream(int node, ReceiveStream stream)
    {
        if (node == _nodes.Count - 1)
        {
            _readers.Add(new SimulatedReader(stream, ReaderWants));
            return;
        }

        var relay = new CutThroughRelay(stream, [Link(node, node + 1)], stream.Description!, _nodes.Count - 1 - node, this);
        _relays.Add(relay);
        relay.Start();
    }
}
