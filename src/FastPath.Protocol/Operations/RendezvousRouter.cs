using System.IO.Hashing;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Rendezvous order: each node scores a key by hashing both, the highest score is asked first.</summary>
/// <remarks>All nodes agree on the order without talking, and a node that comes or goes moves only its own keys.</remarks>
internal sealed class RendezvousRouter : IRouter
{
    public static readonly RendezvousRouter Instance = new();

    public Connection? Choose(ContractInstanceId instance, IEnumerable<Connection> candidates) =>
        candidates.MaxBy(connection => Score(instance, connection.Session.PeerKey));

    public static ulong Score(ContractInstanceId instance, PeerKey node)
    {
        Span<byte> both = stackalloc byte[ContractInstanceId.Length + PeerKey.Length];
        instance.Write(both);
        node.Write(both[ContractInstanceId.Length..]);
        return XxHash3.HashToUInt64(both);
    }
}
