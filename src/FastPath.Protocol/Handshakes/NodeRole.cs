namespace FastPath.Protocol.Handshakes;

/// <summary>What a peer is to routing: a client is never a next hop.</summary>
internal enum NodeRole : byte
{
    Node = 0,
    Client = 1,
}
