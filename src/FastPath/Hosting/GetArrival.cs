using FastPath.Contracts;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Contracts;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>How a GET of this node was answered: by a stream, by its own store, or not.</summary>
internal sealed record GetArrival(OperationStatus Status, ContractKey Key, StreamHandle? Stream, StoredPayload? Stored);
