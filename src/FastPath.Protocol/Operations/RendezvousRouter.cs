using System.IO.Hashing;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Rendezvous order: each node scores a key by hashing both, the highest score is asked first.</summary>
/// <remarks>
/// All nodes agree on the order without talking, and a node that comes or goes moves only its own keys. Where everybody
/// knows everybody a PUT is at the best node after one hop. Elsewhere it climbs from neighbour to neighbour; scores say
/// nothing about the way, so it may end at a node that is better than all its neighbours and not the best of all. A detour
/// leads it past such a node, and a GET, which asks every node within its hops, finds what lies there.
/// </remarks>
internal sealed class RendezvousRouter : IRouter
{
    public static readonly RendezvousRouter Instance = new();

    public Connection? Choose(ContractInstanceId instance, IEnumerable<Connection> candidates) =>
        candidates.MaxBy(connection => Score(instance, connection.Session.PeerKey));

    public bool IsBetter(ContractInstanceId instance, PeerKey node, PeerKey than)
    {
        ulong score = Score(instance, node);
        ulong other = Score(instance, than);
        return score > other || (score == other && than.IsSmallerThan(node));
    }

    public static ulong Score(ContractInstanceId instance, PeerKey node)
    {
        Span<byte> both = stackalloc byte[ContractInstanceId.Length + PeerKey.Length];
        instance.Write(both);
        node.Write(both[ContractInstanceId.Length..]);
        return XxHash3.HashToUInt64(both);
    }
}
