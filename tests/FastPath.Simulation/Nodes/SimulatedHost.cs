using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Nodes;

/// <summary>The world around a simulated node: a store in memory, whose answers come at once or when the test says so.</summary>
internal sealed partial class SimulatedHost(SimulatedNetwork world, OperationSettings settings) : INodeHost
{
    private readonly List<SimulatedWriter> _serving = [];

    public NodeCore Core { get; set; } = null!;

    public Dictionary<ContractInstanceId, SimulatedEntry> Store { get; } = [];

    /// <summary>How each local GET ended: its reader, or the reason why there is none. One entry a GET (scenario P5).</summary>
    public List<(UInt128 Transaction, SimulatedReader? Reader, byte[]? Stored, OperationStatus Status)> Gets { get; } = [];

    public List<(ContractKey Key, SimulatedReader Reader)> Caches { get; } = [];

    public List<(UInt128 Transaction, OperationStatus Status)> Puts { get; } = [];

    public int LookUps { get; private set; }

    /// <summary>Called with each request that asks this node.</summary>
    public Action<GetOperation>? OnAsked { get; set; }

    /// <summary>What passes is kept in the store, too; else it is only remembered among <see cref="Caches"/>.</summary>
    public bool KeepsCached { get; set; }

    /// <summary>A store that never answers.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Done to the bytes of an answer that carries proofs.</summary>
    public Action<byte[]>? HarmServed { get; set; }

    /// <summary>Called with the stream of an answer when it was opened.</summary>
    public Action<SendStream>? OnServing { get; set; }

    public void BeginLookUp(UInt128 transaction, ContractInstanceId instance)
    {
        LookUps++;
        OnAsked?.Invoke(Core.Gets.Find(transaction)!);
        if (!IsStuck)
        {
            Core.Gets.CompleteLookUp(
                world.Now, transaction, Store.TryGetValue(instance, out SimulatedEntry? found) ? new Stored(found) : null);
        }
    }

    public void Serve(
        UInt128 transaction,
        Connection to,
        ContractForm form,
        IStoredPayload payload,
        ResumePoint resume,
        int hopsFromSink,
        OperationFlags flags)
    {
        SimulatedEntry entry = ((Stored)payload).Entry;
        byte[] bytes = entry.Payload;
        byte[] digest = DigestOf(bytes);
        var outline = new ContractOutline(payload.Key, form, bytes.Length, 0, null, entry.Version);
        var description = new StreamDescription
        {
            Kind = settings.KindFor(to, bytes.Length, flags),
            TransferId = transaction,
            TotalLength = bytes.Length,
            StartOffset = resume.StartIn(digest, bytes.Length),
            Digest = digest,
            Metadata = new ContractStreamHeader(Purpose.GetResponse, transaction, outline).ToBytes(),
        };
        if ((flags & OperationFlags.Proofs) != 0)
        {
            var proven = new ProvenPayload(bytes);
            description = proven.Describe(description);
            bytes = proven.Encode(description.StartOffset);
            HarmServed?.Invoke(bytes);
        }

        var writer = new SimulatedWriter(world.Now, to, Core.Endpoint.Pool, bytes, description)
        {
            OnEnded = () => Core.Gets.CompleteServe(transaction),
        };
        _serving.Add(writer);
        Core.Gets.BeginServe(transaction, writer.Stream);
        OnServing?.Invoke(writer.Stream);
    }

    /// <summary>Called with the outcome of each local GET, as it is added to <see cref="Gets"/>.</summary>
    public Action<UInt128, SimulatedReader?, byte[]?, OperationStatus>? OnGet { get; set; }

    /// <summary>Called with the outcome of each local PUT or update.</summary>
    public Action<UInt128, OperationStatus>? OnPutEnded { get; set; }

    /// <summary>How many bytes of an answer a request of this node takes before it pauses.</summary>
    public long ReaderWants { get; set; } = long.MaxValue;

    public IFanOutMember? DeliverGet(UInt128 transaction, ContractOutline contract, ReceiveStream stream, RingCursor cursor)
    {
        var reader = new SimulatedReader(stream, ReaderWants, cursor) { IsTaker = true };
        AddGet(transaction, reader, null, OperationStatus.Done);
        return reader;
    }

    public void DeliverStored(UInt128 transaction, IStoredPayload payload) =>
        AddGet(transaction, null, ((Stored)payload).Entry.Payload, OperationStatus.Done);

    public void FailGet(UInt128 transaction, OperationStatus status) => AddGet(transaction, null, null, status);

    public IFanOutMember? Cache(ContractOutline contract, ReceiveStream stream, RingCursor cursor)
    {
        var reader = new SimulatedReader(stream, CacheWants, cursor)
        {
            OnEnded = reader =>
            {
                var passed = new SimulatedEntry(contract.Key, reader.Bytes, contract.StateVersion);
                if (KeepsCached && reader.IsWhole
                    && (!Store.TryGetValue(contract.Key.Instance, out SimulatedEntry? known) || known.IsReplacedBy(passed)))
                {
                    Store[contract.Key.Instance] = passed;
                }
            },
        };
        Caches.Add((contract.Key, reader));
        return reader;
    }

    /// <summary>How many bytes a cache takes before it pauses.</summary>
    public long CacheWants { get; set; } = long.MaxValue;

    public void BeginBuffered(
        UInt128 transaction, ContractOutline contract, ReceiveStream stream, Connection to, int hopsFromSink, OperationFlags flags) =>
        _ = new SimulatedReader(stream)
        {
            OnEnded = reader =>
            {
                if (!reader.IsWhole)
                {
                    Core.Gets.FailBuffered(world.Now, transaction);
                    return;
                }

                // What lies below the start is with the requester already, and is never read.
                byte[] payload = [.. new byte[stream.Ring.StartOffset], .. reader.Bytes];
                var writer = new SimulatedWriter(
                    world.Now, to, Core.Endpoint.Pool, payload, stream.Description! with { CarriesProofs = false })
                {
                    OnEnded = () => Core.Gets.CompleteServe(transaction),
                };
                Core.Gets.BeginServe(transaction, writer.Stream);
            },
        };

    /// <summary>Decides on what peers offer; accepted from the start when null.</summary>
    public Action<StreamOffer>? OnOffer { get; set; }

    public static byte[] DigestOf(byte[] payload)
    {
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        var hasher = new Blake3Hasher();
        hasher.Update(payload);
        hasher.Finish(digest);
        return digest;
    }

    public void OnOffered(StreamOffer offer)
    {
        if (OnOffer is { } decide)
        {
            decide(offer);
        }
        else
        {
            offer.Connection.Streams.Accept(world.Now, offer, from: 0);
        }
    }

    /// <summary>What a relay knew of each answer when it began to pass through.</summary>
    public List<(ContractOutline Contract, long TotalLength)> Relayed { get; } = [];

    public void OnRelaying(UInt128 transaction, ContractOutline contract, long totalLength) => Relayed.Add((contract, totalLength));

    public void CompletePut(UInt128 transaction, OperationStatus status)
    {
        Puts.Add((transaction, status));
        OnPutEnded?.Invoke(transaction, status);
    }

    /// <summary>Called when a connection to a neighbour has ended.</summary>
    public Action? OnNeighbourLost { get; set; }

    public void OnConnectionEvent(in ConnectionEvent connectionEvent)
    {
        if (connectionEvent.Kind == ConnectionEventKind.Closed)
        {
            OnNeighbourLost?.Invoke();
        }
    }

    public void OnDialResult(in DialResult result)
    {
    }

    public void OnMessage(Connection from, Purpose purpose, PooledBytes message)
    {
        from.OnMessageConsumed(message.Length);
        message.Return();
    }

    public void OnStream(Purpose purpose, ReceiveStream stream) =>
        throw new InvalidOperationException("no application runs on this node");

    private void AddGet(UInt128 transaction, SimulatedReader? reader, byte[]? stored, OperationStatus status)
    {
        Gets.Add((transaction, reader, stored, status));
        OnGet?.Invoke(transaction, reader, stored, status);
    }

    private sealed class Stored(SimulatedEntry entry) : IStoredPayload
    {
        public SimulatedEntry Entry => entry;

        public ContractKey Key => entry.Key;

        public void Dispose()
        {
        }
    }
}
