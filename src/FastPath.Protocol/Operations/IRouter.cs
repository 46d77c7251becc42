using FastPath.Protocol.Connections;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Chooses whom to ask next for a key.</summary>
internal interface IRouter
{
    /// <summary>The best of the candidates, or null when there is none.</summary>
    /// <param name="candidates">Open connections to nodes that were not asked yet.</param>
    Connection? Choose(ContractInstanceId instance, IEnumerable<Connection> candidates);
}
