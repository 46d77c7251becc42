using System.Net;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>An end point that is its own, reusable socket address.</summary>
/// <remarks>
/// The socket serializes the end point before each call and, when a datagram of another peer came, makes a new one of
/// its address. Both give back this object, so alternating peers cost no allocation.
/// </remarks>
internal sealed class PeerEndPoint : EndPoint
{
    private readonly SocketAddress _address;

    public PeerEndPoint(AddressFamily family)
    {
        AddressFamily = family;
        _address = new SocketAddress(family, SocketAddressCodec.LengthOf(family));
    }

    public override AddressFamily AddressFamily { get; }

    public PeerAddress Peer => SocketAddressCodec.Read(_address.Buffer.Span, AddressFamily);

    /// <returns>False when a socket of this family cannot reach the peer.</returns>
    public bool TrySet(PeerAddress peer) => SocketAddressCodec.TryWrite(peer, AddressFamily, _address.Buffer.Span);

    public override SocketAddress Serialize() => _address;

    public override EndPoint Create(SocketAddress socketAddress)
    {
        if (!ReferenceEquals(socketAddress, _address))
        {
            socketAddress.Buffer.Span[..Math.Min(socketAddress.Size, _address.Size)].CopyTo(_address.Buffer.Span);
        }

        return this;
    }

    // The socket compares to see whether it must create anew; one object stands for every peer.
    public override bool Equals(object? comparand) => ReferenceEquals(this, comparand);

    public override int GetHashCode() => AddressFamily.GetHashCode();
}
