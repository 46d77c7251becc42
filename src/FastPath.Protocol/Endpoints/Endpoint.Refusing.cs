using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>Datagrams that this node's own system did not let out.</summary>
internal sealed partial class Endpoint
{
    /// <summary>A datagram to a peer was longer than the system lets out on the way to it.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="length">Of the whole datagram.</param>
    /// <returns>True when its connection sends shorter ones from now on: it may have something to send at once.</returns>
    public bool TryHandleRefused(Instant now, PeerAddress to, ReadOnlySpan<byte> head, int length) =>
        PacketHeader.TryRead(head, out PacketHeader header)
        && _connectionsByRemote.TryGetValue((to, header.ReceiverIndex), out Connection? connection)
        && connection.TryHandleRefused(now, header.Counter, length);
}
