using System.Reflection;
using FastPath.Engine;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Streams;

namespace FastPath.Engine.Tests.Loopback;

/// <summary>A host that reads every stream that comes, as it comes, and wants nothing else.</summary>
internal class SinkHost : DispatchProxy, IReceiveListener
{
    public static INodeHost Create() => Create<INodeHost, SinkHost>();

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        stream.Claim.Advance(stream.Ring.Frontier);
        stream.Connection.Streams.OnConsumed(stream, MonotonicClock.Now);
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod?.Name == nameof(INodeHost.OnStream))
        {
            ((ReceiveStream)args![1]!).Attach(this);
        }

        return null;
    }
}
