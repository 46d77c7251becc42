using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Hashing;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Streams;

/// <summary>Nodes in a line, connected to their neighbours. Streams that reach an inner node are passed on to the next one.</summary>
internal sealed class SimulatedChain : IRelayOwner, IDisposable
{
    private const int DialsMax = 10;

    private static readonly Duration HandshakeLimit = Duration.FromSeconds(10);

    private readonly List<Endpoint> _nodes = [];
    private readonly List<SimulatedReader> _readers = [];
    private readonly List<CutThroughRelay> _relays = [];
    private readonly List<(CutThroughRelay Relay, StreamErrorCode Code)> _relaysEnded = [];
    private readonly List<Endpoint> _relayOwners = [];
    private readonly List<Endpoint> _created = [];
    private readonly HashSet<int> _down = [];
    private readonly Func<int, EndpointSettings> _settingsOf;
    private readonly ulong _seed;

    /// <param name="settingsOf">Of each node, where they differ.</param>
    public SimulatedChain(
        ulong seed, LinkModel model, int hops, EndpointSettings? settings = null, Func<int, EndpointSettings>? settingsOf = null)
    {
        _seed = seed;
        _settingsOf = settingsOf ?? (_ => settings ?? EndpointSettings.Default);
        World = new SimulatedNetwork(seed, model);
        for (int i = 0; i <= hops; i++)
        {
            _nodes.Add(Create(i, salt: 0));
            World.Place(AddressOf(i), _nodes[i]);
        }

        Require(TryLink(hops), "the chain did not connect");
        World.Turned += TakeEvents;
    }

    public SimulatedNetwork World { get; }

    public IReadOnlyList<Endpoint> Nodes => _nodes;

    /// <summary>What the last node was told of, and what inner nodes read themselves, in order.</summary>
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

    /// <summary>Called with each stream that reaches the last node.</summary>
    public Action<SimulatedReader>? OnReader { get; set; }

    public int Hops => _nodes.Count - 1;

    /// <summary>Streams that an inner node reads itself instead of passing them on.</summary>
    public Func<int, ReceiveStream, bool>? ReadsLocally { get; set; }

    public SimulatedWriter Send(
        byte[] payload,
        ReadOnlyMemory<byte> metadata = default,
        bool announceLength = true,
        long allowed = long.MaxValue,
        long startOffset = 0,
        long ringBytes = 256 * 1_024,
        byte[]? digestAtEnd = null,
        bool wantsDelivery = false) => new(
        World.Now,
        Link(0, 1),
        _nodes[0].Pool,
        payload,
        new StreamDescription
        {
            TransferId = World.Random.NextUInt64(),
            TotalLength = announceLength ? payload.Length : -1,
            StartOffset = startOffset,
            Metadata = metadata,
            WantsDelivery = wantsDelivery,
        },
        ringBytes,
        digestAtEnd,
        Hops,
        allowed);

    /// <summary>Offers the payload; what <see cref="OnOffer"/> says at the next node decides.</summary>
    public SimulatedOffer Offer(byte[] payload, ReadOnlyMemory<byte> metadata = default) => new(
        World.Now,
        Link(0, 1),
        _nodes[0].Pool,
        payload,
        new StreamDescription
        {
            TransferId = World.Random.NextUInt64(),
            TotalLength = payload.Length,
            Digest = DigestOf(payload),
            Metadata = metadata,
            WantsDelivery = true,
        },
        Hops);

    /// <summary>Sends a payload with its proofs, from a group on.</summary>
    /// <param name="startOffset">Where a group begins.</param>
    /// <param name="harm">Done to the bytes of the stream, which lie at their positions.</param>
    public SimulatedWriter SendProven(byte[] payload, long startOffset = 0, Action<byte[]>? harm = null)
    {
        var proven = new ProvenPayload(payload);
        byte[] bytes = proven.Encode(startOffset);
        harm?.Invoke(bytes);
        var description = new StreamDescription { TransferId = World.Random.NextUInt64(), StartOffset = startOffset };
        return new SimulatedWriter(World.Now, Link(0, 1), _nodes[0].Pool, bytes, proven.Describe(description));
    }

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
        _down.Remove(node);
        World.Place(AddressOf(node), _nodes[node]);
        return _nodes[node];
    }

    /// <summary>The process is gone; only its neighbours can notice.</summary>
    public void Crash(int node)
    {
        _down.Add(node);
        World.Remove(AddressOf(node));
    }

    /// <summary>False from a crash until the restart: nothing that is left in its tables means anything.</summary>
    public bool IsUp(int node) => !_down.Contains(node);

    /// <summary>Whether this was the process at one of the nodes when it crashed or was replaced.</summary>
    public bool IsGone(Endpoint endpoint) => _nodes.IndexOf(endpoint) is var node && (node < 0 || !IsUp(node));

    /// <summary>The process that was at a node when the chain was built.</summary>
    public Endpoint OriginOf(int node) => _created[node];

    public bool HasEnded(CutThroughRelay relay) => _relaysEnded.Exists(ended => ended.Relay == relay);

    /// <summary>The process that a relay runs in.</summary>
    public Endpoint OwnerOf(CutThroughRelay relay) => _relayOwners[_relays.IndexOf(relay)];

    public void Dispose()
    {
        foreach (Endpoint endpoint in _created)
        {
            endpoint.Dispose();
        }
    }

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => _relaysEnded.Add((relay, code));

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) => _relaysEnded.Add((relay, code));

    private static byte[] DigestOf(byte[] payload)
    {
        byte[] digest = new byte[StreamOpenFrame.DigestLength];
        Blake3Hasher.Hash(payload, digest);
        return digest;
    }

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
        var endpoint = new Endpoint(_settingsOf(node), key, new SeededRandom(_seed + (ulong)node + salt + 1));
        _created.Add(endpoint);
        return endpoint;
    }

    /// <summary>Dials like an application: once more when a handshake was given up, which loss alone can do.</summary>
    private bool TryLink(int hops)
    {
        for (int attempt = 0; attempt < DialsMax; attempt++)
        {
            foreach (int left in Enumerable.Range(0, hops).Where(left => !IsLinked(left)))
            {
                _nodes[left].Dial(World.Now, _nodes[left + 1].PublicKey, AddressOf(left + 1));
            }

            if (World.RunUntil(() => Enumerable.Range(0, hops).All(IsLinked), HandshakeLimit))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsLinked(int left) =>
        _nodes[left].Find(_nodes[left + 1].PublicKey) is { IsConfirmed: true }
        && _nodes[left + 1].Find(_nodes[left].PublicKey) is { IsConfirmed: true };

    private void TakeEvents(Instant now)
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            while (IsUp(i) && _nodes[i].TryPollEvent(out ConnectionEvent connectionEvent))
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
        if (node == _nodes.Count - 1 || ReadsLocally?.Invoke(node, stream) == true)
        {
            var reader = new SimulatedReader(stream, ReaderWants);
            _readers.Add(reader);
            OnReader?.Invoke(reader);
            return;
        }

        if (_nodes[node].Find(_nodes[node + 1].PublicKey) is not { } next)
        {
            stream.Connection.Streams.Stop(stream, StreamErrorCode.DownstreamLost);
            stream.Ring.RemoveCursor(stream.Claim);
            return;
        }

        var relay = new CutThroughRelay(stream, [next], stream.Description!, _nodes.Count - 1 - node, this);
        _relays.Add(relay);
        _relayOwners.Add(_nodes[node]);
        relay.Start();
    }
}
