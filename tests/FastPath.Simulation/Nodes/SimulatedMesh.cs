using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Nodes;

/// <summary>Whole nodes joined by the given links, with contracts that can be put into their stores.</summary>
internal sealed class SimulatedMesh
{
    private readonly ulong _seed;
    private UInt128 _nextTransaction = 1;

    public SimulatedMesh(
        ulong seed,
        LinkModel model,
        int nodes,
        IReadOnlyList<(int From, int To)> links,
        OperationSettings? operations = null,
        EndpointSettings? endpoints = null)
    {
        _seed = seed;
        World = new SimulatedNetwork(seed, model);
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new SimulatedNode(World, i, seed, endpoints, operations))];
        foreach ((int from, int to) in links)
        {
            Nodes[from].Core.Endpoint.Dial(World.Now, Nodes[to].Core.Endpoint.PublicKey, Nodes[to].Address);
        }

        bool isUp = World.RunUntil(
            () => links.All(l => Nodes[l.From].IsLinkedTo(Nodes[l.To]) && Nodes[l.To].IsLinkedTo(Nodes[l.From])),
            Duration.FromSeconds(60));
        if (!isUp)
        {
            throw new InvalidOperationException($"seed {seed}: the mesh did not connect");
        }
    }

    public SimulatedNetwork World { get; }

    public IReadOnlyList<SimulatedNode> Nodes { get; }

    public static (int From, int To)[] Line(int nodes) => [.. Enumerable.Range(0, nodes - 1).Select(i => (i, i + 1))];

    public Connection Link(int from, int to) => Nodes[from].Core.Endpoint.Find(Nodes[to].Core.Endpoint.PublicKey)!;

    public (ContractKey Key, byte[] Payload) Store(int length, params int[] at)
    {
        byte[] id = new byte[ContractKey.Length];
        World.Random.Fill(id);
        var key = ContractKey.Read(id);
        byte[] payload = new byte[length];
        World.Random.Fill(payload);
        foreach (int node in at)
        {
            Nodes[node].Host.Store[key.Instance] = new SimulatedEntry(key, payload);
        }

        return (key, payload);
    }

    public UInt128 Get(int node, ContractKey key, byte hopsToLive = 10, OperationFlags flags = OperationFlags.None)
    {
        UInt128 transaction = ((UInt128)_seed << 64) + _nextTransaction++;
        Nodes[node].Core.Gets.Start(World.Now, transaction, key.Instance, hopsToLive, flags: flags);
        return transaction;
    }

    /// <summary>Stores a contract at a node and sends it on its way from there.</summary>
    public UInt128 Put(
        int node, ContractKey key, byte[] payload, ulong version = 0, byte hopsToLive = 10, byte detours = 1)
    {
        UInt128 transaction = ((UInt128)_seed << 64) + _nextTransaction++;
        SimulatedHost host = Nodes[node].Host;
        var fresh = new SimulatedEntry(key, payload, version);
        if (!host.Store.TryGetValue(key.Instance, out SimulatedEntry? known) || known.IsReplacedBy(fresh))
        {
            host.Store[key.Instance] = fresh;
        }

        host.Carry(transaction, payload);
        Nodes[node].Core.Puts.Start(World.Now, HeaderOf(Purpose.PutRequest, transaction, key, payload, version, hopsToLive) with
        {
            Detours = detours,
        });
        return transaction;
    }

    /// <summary>Puts a contract to one node, and to no other if that one fails.</summary>
    public UInt128 PutTo(
        int node, Connection only, ContractKey key, byte[] payload, OperationFlags flags = OperationFlags.None)
    {
        UInt128 transaction = ((UInt128)_seed << 64) + _nextTransaction++;
        Nodes[node].Host.Carry(transaction, payload);
        PutHeader header = HeaderOf(Purpose.PutRequest, transaction, key, payload, version: 0, hopsToLive: 10) with { Flags = flags };
        Nodes[node].Core.Puts.Start(World.Now, header, OperationStatus.Done, only);
        return transaction;
    }

    /// <summary>Sends an update on its way; applied at the node itself when that keeps the contract.</summary>
    public UInt128 Update(int node, ContractKey key, byte[] payload, ulong version, UInt128? update = null, byte hopsToLive = 10)
    {
        UInt128 transaction = ((UInt128)_seed << 64) + _nextTransaction++;
        SimulatedHost host = Nodes[node].Host;
        bool isKept = host.Store.TryGetValue(key.Instance, out SimulatedEntry? known);
        var fresh = new SimulatedEntry(key, payload, version);
        if (known is not null && known.IsReplacedBy(fresh))
        {
            host.Store[key.Instance] = fresh;
        }

        host.Carry(transaction, payload);
        PutHeader header = HeaderOf(Purpose.UpdateRequest, transaction, key, payload, version, hopsToLive) with
        {
            UpdateId = update ?? transaction,
        };
        Nodes[node].Core.Puts.Start(World.Now, header, isKept ? OperationStatus.Done : OperationStatus.NotFound);
        return transaction;
    }

    private static PutHeader HeaderOf(
        Purpose purpose, UInt128 transaction, ContractKey key, byte[] payload, ulong version, byte hopsToLive) => new()
        {
            Purpose = purpose,
            Transaction = transaction,
            Contract = new ContractOutline(key, ContractForm.Bincode, payload.Length, 0, null, version),
            HopsToLive = hopsToLive,
            Detours = OperationSettings.Default.Detours,
        };

    /// <summary>Nothing of an operation is left anywhere: no entry, no stream, no block.</summary>
    public string? Leftovers()
    {
        for (int i = 0; i < Nodes.Count; i++)
        {
            var core = Nodes[i].Core;
            if (core.Gets.Count + core.Puts.Count > 0 || core.Endpoint.Pool.RentedBytes > 0 || core.Endpoint.Pool.ReservedBytes > 0)
            {
                return $"node {i}: {core.Gets.Count} gets, {core.Puts.Count} puts, {core.Endpoint.Pool.RentedBytes} bytes rented, "
                    + $"{core.Endpoint.Pool.ReservedBytes} reserved";
            }
        }

        return null;
    }
}
