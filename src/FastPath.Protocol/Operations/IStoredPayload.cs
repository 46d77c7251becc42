using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>A contract that this node has, ready to be sent as the answer to a GET. Disposed by whoever ends its use.</summary>
internal interface IStoredPayload : IDisposable
{
    ContractKey Key { get; }
}
