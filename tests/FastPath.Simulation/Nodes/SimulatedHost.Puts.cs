using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Nodes;

/// <summary>PUTs and updates at a simulated node.</summary>
internal sealed partial class SimulatedHost
{
    private readonly Dictionary<UInt128, byte[]> _payloads = [];

    /// <summary>Each PUT and update that came here and was read to its end.</summary>
    public List<(PutHeader Header, bool IsWhole, bool IsNew)> Taken { get; } = [];

    /// <summary>Updates of keys that this node follows, as they came.</summary>
    public List<(ContractInstanceId Instance, UInt128 Update, ulong Version, byte[] Payload)> Updates { get; } = [];

    /// <summary>Keys that this node follows.</summary>
    public HashSet<ContractInstanceId> Followed { get; } = [];

    /// <summary>What becomes of a payload here; null lets it be stored.</summary>
    public Func<PutHeader, OperationStatus?>? OnPut { get; set; }

    /// <summary>A store that takes everything and never says so.</summary>
    public bool IsMute { get; set; }

    /// <summary>Payload bytes that PUTs of this node and through its store have sent.</summary>
    public long PayloadBytesForwarded { get; private set; }

    /// <summary>Keeps what a PUT or an update of this node carries until it has ended.</summary>
    public void Carry(UInt128 transaction, byte[] payload) => _payloads.Add(transaction, payload);

    public void AcceptPut(PutHeader header, ReceiveStream stream, bool isNew) => _ = new SimulatedReader(stream)
    {
        OnEnded = reader =>
        {
            Taken.Add((header, reader.IsWhole, isNew));
            if (IsMute)
            {
                return;
            }

            OperationStatus status = !reader.IsWhole ? OperationStatus.Unavailable
                : OnPut?.Invoke(header) ?? Keep(header, reader.Bytes, isNew);
            Core.Puts.CompleteStore(world.Now, header, status);
        },
    };

    public void ForwardPut(PutHeader header, Connection to)
    {
        byte[] payload = _payloads.TryGetValue(header.Transaction, out byte[]? carried)
            ? carried
            : Store[header.Contract.Key.Instance].Payload;
        _ = new SimulatedForward(world.Now, this, settings, header, to, payload);
    }

    public void SendNotices(PutHeader header, IReadOnlyList<Connection> followers)
    {
        byte[] payload = _payloads[header.Transaction];
        foreach (Connection follower in followers)
        {
            _ = new SimulatedWriter(world.Now, follower, Core.Endpoint.Pool, payload, Describe(header, follower, payload));
        }
    }

    public void ReleasePut(UInt128 transaction) => _payloads.Remove(transaction);

    public void OnPutOffered(PutHeader header, StreamOffer offer)
    {
        bool isHeld = Store.TryGetValue(header.Contract.Key.Instance, out SimulatedEntry? entry)
            && DigestOf(entry.Payload).AsSpan().SequenceEqual(offer.Description.Digest.Span);
        if (OnOffer is null && isHeld)
        {
            offer.Connection.Streams.Have(offer);
            Core.Puts.HandleHeld(world.Now, header, offer.Connection);
        }
        else
        {
            OnOffered(offer);
        }
    }

    public void OnShadow(ReceiveStream stream)
    {
        stream.Connection.Streams.Stop(stream, StreamErrorCode.Unsupported);
        stream.Ring.RemoveCursor(stream.Claim);
    }

    public void OnShadowDigest(Connection from, ShadowDigest digest)
    {
    }

    public StreamDescription Describe(PutHeader header, Connection to, byte[] payload) => new()
    {
        Kind = settings.KindFor(to, payload.Length, header.Flags),
        TransferId = header.Transaction,
        TotalLength = payload.Length,
        Digest = DigestOf(payload),
        Metadata = header.ToBytes(),
    };

    public void CountForwarded(SendStream stream) => PayloadBytesForwarded += stream.PayloadBytesSent;

    private OperationStatus Keep(PutHeader header, byte[] payload, bool isNew)
    {
        ContractInstanceId instance = header.Contract.Key.Instance;
        var fresh = new SimulatedEntry(header.Contract.Key, payload, header.Contract.StateVersion);
        bool isKept = Store.TryGetValue(instance, out SimulatedEntry? known);
        if (header.IsUpdate && isNew && Followed.Contains(instance))
        {
            Updates.Add((instance, header.UpdateId, header.Contract.StateVersion, payload));
        }

        if (header.IsUpdate && !isKept)
        {
            _payloads[header.Transaction] = payload;
            return OperationStatus.NotFound;
        }

        if (known is null || known.IsReplacedBy(fresh))
        {
            Store[instance] = fresh;
        }

        return OperationStatus.Done;
    }
}
