using FastPath.Contracts;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Streams;

/// <summary>One of several that take the same bytes: a peer, a reader of this node, or a store.</summary>
public sealed class FanOutTarget
{
    private FanOutTarget(
        FastPathPeer? peer, Func<StreamHandle, CancellationToken, ValueTask>? read, LaggardPolicy? policy)
    {
        Peer = peer;
        Read = read;
        Policy = policy ?? LaggardPolicy.WaitForAll;
    }

    /// <summary>What happens when it is slower than the others.</summary>
    public LaggardPolicy Policy { get; }

    internal FastPathPeer? Peer { get; }

    internal Func<StreamHandle, CancellationToken, ValueTask>? Read { get; }

    /// <summary>A peer, over a stream of its own.</summary>
    /// <param name="peer">Connected.</param>
    /// <param name="policy">Null waits for it.</param>
    public static FanOutTarget ToPeer(FastPathPeer peer, LaggardPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return new FanOutTarget(peer, null, policy);
    }

    /// <summary>A reader of this node. It has taken the payload when the call returns.</summary>
    /// <param name="read">Reads the handle to its end, on the thread pool; the handle is disposed afterwards.</param>
    /// <param name="policy">Null waits for it.</param>
    public static FanOutTarget ToReader(Func<StreamHandle, CancellationToken, ValueTask> read, LaggardPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        return new FanOutTarget(null, read, policy);
    }

    /// <summary>A store, which keeps the payload when it is the contract that it is said to be.</summary>
    /// <param name="store">For instance the node's own.</param>
    /// <param name="key">Of the contract.</param>
    /// <param name="form">Layout of the payload, as an answer to a GET has it.</param>
    /// <param name="policy">Null waits for it.</param>
    public static FanOutTarget ToStore(IContractStore store, ContractKey key, ContractForm form, LaggardPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new FanOutTarget(null, (handle, cancellation) => ContractKeeping.RunAsync(handle, store, key, form, cancellation), policy);
    }
}
