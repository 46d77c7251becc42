using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Operations;

/// <summary>Mixed operations on many keys, on a mesh whose nodes leave, crash and return; then a judgement of each.</summary>
internal sealed class ChurnRun
{
    private const byte HopsToLive = 6;
    private const int Degree = 4;

    private readonly ulong _seed;
    private readonly SimulatedNetwork _world;
    private readonly SimulatedNode?[] _nodes;
    private readonly SimulatedEndings[] _endings;
    private readonly Dictionary<ContractInstanceId, SimulatedEntry>[] _disks;
    private readonly int[] _lives;
    private readonly PeerKey[] _keysOfNodes;
    private readonly HashSet<(int, int)> _links = [];
    private readonly ContractKey[] _keys;
    private readonly Dictionary<ContractInstanceId, HashSet<string>> _written = [];
    private readonly Dictionary<UInt128, ChurnOperation> _byTransaction = [];
    private UInt128 _nextTransaction = 1;
    private int _changes;
    private readonly RequestTrail _questions = new();
    private string? _loop;
    private Instant _changedAt = Instant.Zero;

    public ChurnRun(ulong seed, int nodes, int keys)
    {
        _seed = seed;
        _world = new SimulatedNetwork(seed, new LinkModel { Delay = Duration.FromMilliseconds(5), Loss = 0.002 });
        _nodes = new SimulatedNode?[nodes];
        _endings = new SimulatedEndings[nodes];
        _disks = [.. Enumerable.Range(0, nodes).Select(_ => new Dictionary<ContractInstanceId, SimulatedEntry>())];
        _lives = new int[nodes];
        _keysOfNodes = new PeerKey[nodes];
        _keys = new ContractKey[keys];
        byte[] bytes = new byte[ContractKey.Length];
        for (int i = 0; i < keys; i++)
        {
            _world.Random.Fill(bytes);
            _keys[i] = ContractKey.Read(bytes);
            _written.Add(_keys[i].Instance, []);
        }

        for (int i = 0; i < nodes; i++)
        {
            _links.Add((i, (i + 1) % nodes));
            for (int j = 0; j < (Degree / 2) - 1; j++)
            {
                int other = _world.Random.NextInt32(nodes);
                if (other != i && !_links.Contains((other, i)))
                {
                    _links.Add((i, other));
                }
            }
        }

        for (int i = 0; i < nodes; i++)
        {
            Arrive(i);
        }

        _world.RunFor(Duration.FromSeconds(5));
        _changes = 0;
    }

    public List<ChurnOperation> Operations { get; } = [];

    public int Departures { get; private set; }

    public long LookUps { get; private set; }

    /// <summary>Who was asked for what by whom.</summary>
    public RequestTrail Questions => _questions;

    public void Run(int operations, int operationsPerDeparture)
    {
        for (int i = 0; i < operations; i++)
        {
            Begin();
            if (i % operationsPerDeparture == operationsPerDeparture - 1)
            {
                Depart(_world.Random.NextInt32(_nodes.Length));
            }

            _world.RunFor(Duration.FromMilliseconds(1 + _world.Random.NextInt32(40)));
        }

        _world.RunUntil(() => Operations.TrueForAll(o => o.Status is not null || o.Life != _lives[o.Node]), Duration.FromSeconds(400));
        for (int i = 0; i < _nodes.Length; i++)
        {
            if (_nodes[i] is null)
            {
                Arrive(i);
            }
        }

        // Streams that a lost node has left end by their own limits.
        _world.RunFor(Duration.FromSeconds(150));
    }

    /// <summary>What was wrong with an operation, or with what it left; null when all was right.</summary>
    public string? Judge()
    {
        if ((_questions.Unexplained ?? _loop) is { } again)
        {
            return $"seed {_seed}: {again}";
        }

        foreach (ChurnOperation operation in Operations.Where(o => o.Life == _lives[o.Node]))
        {
            bool isCalm = operation.Changes == operation.ChangesAtEnd;
            string? wrong =
                operation.Ends != 1 ? $"{operation.Ends} ends"
                : operation.Status is not (OperationStatus.Done or OperationStatus.NotFound or OperationStatus.Unavailable)
                    ? $"ended as {operation.Status}"
                : operation.Status == OperationStatus.Unavailable && IsUnexplained(operation) ? "failed, and nothing had changed"
                : operation is { Kind: Purpose.GetRequest, WasReachable: true, Status: OperationStatus.NotFound } && isCalm
                    ? "a false not-found"
                : operation is { Kind: Purpose.GetRequest, Status: OperationStatus.Done, IsRight: false } ? "other bytes than were put"
                : null;
            if (wrong is not null)
            {
                return $"seed {_seed}: {operation}: {wrong}";
            }
        }

        for (int i = 0; i < _nodes.Length; i++)
        {
            var core = _nodes[i]!.Core;
            if (core.Gets.Counters.Active != 0 || core.Puts.Counters.Active != 0)
            {
                return $"seed {_seed}: node {i} counts {core.Gets.Counters.Active} gets and {core.Puts.Counters.Active} puts as under way";
            }

            if (LoopAt(i) is { } loop)
            {
                return $"seed {_seed}: {loop}";
            }

            if (core.Gets.Count + core.Puts.Count > 0 || core.Endpoint.Pool.RentedBytes + core.Endpoint.Pool.ReservedBytes > 0)
            {
                return $"seed {_seed}: node {i} is left with {core.Gets.Count} gets, {core.Puts.Count} puts, "
                    + $"{core.Endpoint.Pool.RentedBytes} bytes rented, {core.Endpoint.Pool.ReservedBytes} reserved";
            }
        }

        return null;
    }

    // Whom a PUT did not get to may still have it, so a node may be given it by another branch when those between were lost: a
    // few times. A loop would go on until nothing is left of the hops of every branch.
    private string? LoopAt(int i)
    {
        int mostTaken = _nodes[i]!.Host.Taken.GroupBy(taken => taken.Header.Transaction).Select(group => group.Count()).DefaultIfEmpty().Max();
        return mostTaken > _nodes.Length ? $"node {i} was given {mostTaken} times what one PUT carries" : null;
    }

    // A node that is silent is found out by a time limit, and those of several hops add up.
    private static bool IsUnexplained(ChurnOperation operation) =>
        operation.Changes == operation.ChangesAtEnd && operation.Began - operation.ChangedBefore > Duration.FromSeconds(120);

    /// <summary>One GET of each key when nothing has changed for long: here nothing excuses a failure.</summary>
    public void RunCalm()
    {
        foreach (ContractKey key in _keys)
        {
            int node = _world.Random.NextInt32(_nodes.Length);
            ChurnOperation operation = Note(Purpose.GetRequest, node, key);
            _nodes[node]!.Core.Gets.Start(_world.Now, operation.Transaction, key.Instance, HopsToLive);
        }

        _world.RunUntil(() => Operations.TrueForAll(o => o.Status is not null || o.Life != _lives[o.Node]), Duration.FromSeconds(60));
        _world.RunFor(Duration.FromSeconds(5));
    }

    private void Begin()
    {
        int node = _world.Random.NextInt32(_nodes.Length);
        while (_nodes[node] is null)
        {
            node = (node + 1) % _nodes.Length;
        }

        ContractKey key = _keys[_world.Random.NextInt32(_keys.Length)];
        SimulatedNode at = _nodes[node]!;
        int dice = _world.Random.NextInt32(10);
        Purpose kind = dice < 6 ? Purpose.GetRequest : dice < 9 ? Purpose.PutRequest : Purpose.UpdateRequest;
        UInt128 transaction = Note(kind, node, key).Transaction;
        if (kind == Purpose.GetRequest)
        {
            at.Core.Gets.Start(_world.Now, transaction, key.Instance, HopsToLive);
            return;
        }

        byte[] payload = new byte[_world.Random.NextInt32(12) == 0 ? 70_000 + _world.Random.NextInt32(60_000) : 1 + _world.Random.NextInt32(3_000)];
        _world.Random.Fill(payload);
        _written[key.Instance].Add(NameOf(payload));
        Write(at, kind, transaction, key, payload);
    }

    private ChurnOperation Note(Purpose kind, int node, ContractKey key)
    {
        UInt128 transaction = ((UInt128)_seed << 64) + _nextTransaction++;
        var operation = new ChurnOperation(
            kind, transaction, key, node, _lives[node], _world.Now, _changes, IsReachable(node, key.Instance))
        {
            ChangedBefore = _changedAt,
        };
        Operations.Add(operation);
        _byTransaction.Add(transaction, operation);
        return operation;
    }

    private void Write(SimulatedNode at, Purpose kind, UInt128 transaction, ContractKey key, byte[] payload)
    {
        ulong version = (ulong)_nextTransaction;
        bool isKept = at.Host.Store.ContainsKey(key.Instance);
        if (kind == Purpose.PutRequest || isKept)
        {
            at.Host.Store[key.Instance] = new SimulatedEntry(key, payload, version);
        }

        at.Host.Carry(transaction, payload);
        at.Core.Puts.Start(
            _world.Now,
            new PutHeader
            {
                Purpose = kind,
                Transaction = transaction,
                UpdateId = kind == Purpose.UpdateRequest ? transaction : 0,
                Contract = new ContractOutline(key, ContractForm.Bincode, payload.Length, 0, null, version),
                HopsToLive = HopsToLive,
                Detours = 1,
            },
            kind == Purpose.PutRequest || isKept ? OperationStatus.Done : OperationStatus.NotFound);
    }

    private void Arrive(int i)
    {
        var settings = new OperationSettings { HopsToLive = HopsToLive };
        SimulatedNode node = new(_world, i, _seed, operationSettings: settings);
        _nodes[i] = node;
        _keysOfNodes[i] = node.Core.Endpoint.PublicKey;
        node.Host.KeepsCached = true;
        int life = _lives[i];
        node.Host.OnNeighbourLost = () => _questions.Lose(i, _world.Now);
        node.Host.OnAsked = get => _questions.Ask(
            get.Transaction, i, life, NumberOf(get.Requester), _world.Now, get.HopsToLive, (get.Flags & OperationFlags.Thorough) != 0);
        foreach ((ContractInstanceId instance, SimulatedEntry entry) in _disks[i])
        {
            node.Host.Store[instance] = entry;
        }

        _endings[i] = new SimulatedEndings(node.Host, End);
        foreach ((int from, int to) in _links.Where(l => l.Item1 == i || l.Item2 == i))
        {
            int other = from == i ? to : from;
            if (_nodes[other] is { } neighbour && other != i)
            {
                node.Core.Endpoint.Dial(_world.Now, neighbour.Core.Endpoint.PublicKey, neighbour.Address);
            }
        }

        Changed();
    }

    private void Depart(int i)
    {
        if (_nodes[i] is not { } node || _nodes.Count(n => n is null) > _nodes.Length / 4)
        {
            return;
        }

        _loop ??= LoopAt(i);
        _questions.Lose(i, _world.Now);
        bool isClean = _world.Random.NextInt32(2) == 0;
        if (isClean)
        {
            foreach (Connection connection in node.Core.Endpoint.Connections.ToArray())
            {
                connection.Close(_world.Now, CloseCode.None, "leaving");
            }

            _world.RunFor(Duration.FromMilliseconds(20));
        }

        _disks[i] = new(node.Host.Store);
        LookUps += node.Host.LookUps;
        _world.Remove(node.Address);
        _nodes[i] = null;
        _lives[i]++;
        Departures++;
        Changed();
        _world.At(_world.Now + Duration.FromMilliseconds(2_000 + _world.Random.NextInt32(8_000)), () => Arrive(i));
    }

    private int? NumberOf(Connection? neighbour) => neighbour is null
        ? null
        : Array.FindIndex(_keysOfNodes, key => key == neighbour.Session.PeerKey);

    private void Changed()
    {
        _changes++;
        _changedAt = _world.Now;
    }

    private void End(UInt128 transaction, OperationStatus status, byte[]? payload)
    {
        ChurnOperation operation = _byTransaction[transaction];
        operation.Status = status;
        operation.Ends++;
        operation.ChangesAtEnd = _changes;
        operation.Ended = _world.Now;
        operation.IsRight = payload is not null && _written[operation.Key.Instance].Contains(NameOf(payload));
    }

    private bool IsReachable(int origin, ContractInstanceId instance)
    {
        var reached = new HashSet<int> { origin };
        List<int> edge = [origin];
        for (int hops = 0; hops <= HopsToLive; hops++)
        {
            if (edge.Exists(i => _nodes[i]!.Host.Store.ContainsKey(instance)))
            {
                return true;
            }

            edge = [.. edge.SelectMany(i => Enumerable.Range(0, _nodes.Length).Where(j => IsLinked(i, j) && reached.Add(j)))];
        }

        return false;
    }

    private bool IsLinked(int i, int j) =>
        i != j && _nodes[i] is { } a && _nodes[j] is { } b && a.IsLinkedTo(b) && b.IsLinkedTo(a);

    private static string NameOf(byte[] payload) => Convert.ToHexString(SimulatedHost.DigestOf(payload));
}
