using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Says where operations of a key go. Pure: the same answer for the same question, and no memory of its own.</summary>
/// <remarks>
/// The table of an operation keeps it from running in circles: it offers only candidates that may still be asked, counts the
/// hops, and goes to the next candidate when one fails. A router decides nothing but the order, and where a key belongs.
/// </remarks>
internal interface IRouter
{
    /// <summary>The best of the candidates, or null when there is none.</summary>
    /// <param name="candidates">Open connections to nodes that may be asked.</param>
    Connection? Choose(ContractInstanceId instance, IEnumerable<Connection> candidates);

    /// <summary>The key belongs rather to that node than to this one. A strict order: no two nodes are better than each other.</summary>
    bool IsBetter(ContractInstanceId instance, PeerKey node, PeerKey than);
}
