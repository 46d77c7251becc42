using System.Diagnostics;
using FastPath.Protocol.Connections;
using Microsoft.Extensions.ObjectPool;

namespace FastPath.Hosting;

/// <summary>A request of a peer on its way to the application's handler. Used again and again without an allocation.</summary>
internal sealed class IncomingRequest : IThreadPoolWorkItem
{
    private const int KeptMax = 256;
    private static readonly ObjectPool<IncomingRequest> Pool =
        new DefaultObjectPool<IncomingRequest>(new DefaultPooledObjectPolicy<IncomingRequest>(), KeptMax);

    private NodeHost? _host;
    private FastPathPeer? _peer;
    private ulong _number;
    private PooledBytes _message;

    /// <summary>Asks the handler on the thread pool.</summary>
    public static void Queue(NodeHost host, FastPathPeer peer, ulong number, PooledBytes message)
    {
        IncomingRequest request = Pool.Get();
        request._host = host;
        request._peer = peer;
        request._number = number;
        request._message = message;
        ThreadPool.UnsafeQueueUserWorkItem(request, preferLocal: false);
    }

    public void Execute()
    {
        Debug.Assert(_host is not null && _peer is not null);
        (NodeHost host, FastPathPeer peer, ulong number, PooledBytes message) = (_host, _peer, _number, _message);
        _host = null;
        _peer = null;
        _message = default;
        Pool.Return(this);
        host.Answer(peer, number, message);
    }
}
