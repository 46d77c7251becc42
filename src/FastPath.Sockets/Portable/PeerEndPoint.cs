using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>An end point that is its own, reusable socket address.</summary>
/// <remarks>
/// The socket serializes the end point before each call and, when a datagram of another peer came, makes a new one of its
/// address. Both give back this object, so alternating peers cost no allocation.
/// </remarks>
internal sealed class PeerEndPoint : EndPoint
{
    private const int IPv4Length = 16;
    private const int IPv6Length = 28;
    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int ScopeOffset = 24;

    private readonly SocketAddress _address;

    public PeerEndPoint(AddressFamily family)
    {
        AddressFamily = family;
        _address = new SocketAddress(family, family == AddressFamily.InterNetwork ? IPv4Length : IPv6Length);
    }

    public override AddressFamily AddressFamily { get; }

    public PeerAddress Peer
    {
        get => Read(_address);
        set => Write(value);
    }

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

    private PeerAddress Read(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return AddressFamily == AddressFamily.InterNetwork
            ? PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[IPv4Offset..]), port)
            : PeerAddress.FromIPv6(
                bytes.Slice(IPv6Offset, 16), port, BinaryPrimitives.ReadUInt32LittleEndian(bytes[ScopeOffset..]));
    }

    private void Write(PeerAddress peer)
    {
        Span<byte> bytes = _address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], peer.Port);
        if (AddressFamily == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[IPv4Offset..], peer.IPv4Bits);
            return;
        }

        bytes[IPv4Offset..IPv6Offset].Clear();
        peer.WriteOctets(bytes[IPv6Offset..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ScopeOffset..], peer.ScopeId);
    }
}
