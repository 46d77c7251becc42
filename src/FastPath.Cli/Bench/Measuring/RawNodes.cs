using System.Net;
using FastPath.Identities;
using FastPath.Options;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>Nodes for raw streams, on loopback: no store, so nothing is cached or verified.</summary>
internal static class RawNodes
{
    public static FastPathNode Start(FastPathOptions options) => FastPathNode.Start(
        NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), options with { Store = null, Cache = false, Verify = false });

    /// <summary>Connects, and waits until the other side has proven to hold the session too.</summary>
    public static async Task<FastPathPeer> ConnectAsync(FastPathNode from, PeerEndpoint to, CancellationToken cancellationToken)
    {
        FastPathPeer peer = await from.ConnectAsync(to, cancellationToken).ConfigureAwait(false);
        await peer.PingAsync(cancellationToken).ConfigureAwait(false);
        return peer;
    }
}
