using FastPath.Contracts;
using FastPath.Protocol.Operations;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>How a GET of this node was answered: by a stream, by its own store, or not.</summary>
internal sealed record GetArrival(OperationStatus Status, ContractOutline Contract, StreamHandle? Stream, StoredPayload? Stored);
