using System.Buffers.Binary;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets;

/// <summary>Port, address and zone in the bytes of a native socket address, behind its two bytes of family.</summary>
/// <remarks>
/// The layout after the family is the same on every supported system. IPv4 comes out IPv4-mapped (scenario C10).
/// </remarks>
internal static class SocketAddressCodec
{
    public const int IPv4Length = 16;
    public const int IPv6Length = 28;
    private const int PortOffset = 2;
    private const int IPv4Offset = 4;
    private const int IPv6Offset = 8;
    private const int IPv6OctetCount = 16;
    private const int ScopeOffset = 24;

    public static int LengthOf(AddressFamily family) =>
        family == AddressFamily.InterNetwork ? IPv4Length : IPv6Length;

    public static PeerAddress Read(ReadOnlySpan<byte> address, AddressFamily family)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(address[PortOffset..]);
        return family == AddressFamily.InterNetwork
            ? PeerAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(address[IPv4Offset..]), port)
            : PeerAddress.FromIPv6(
                address.Slice(IPv6Offset, IPv6OctetCount), port, BitConverter.ToUInt32(address[ScopeOffset..]));
    }

    /// <summary>Leaves the family as it is.</summary>
    /// <returns>False when a socket of that family cannot reach the peer: an IPv6 address on an IPv4 socket.</returns>
    public static bool TryWrite(PeerAddress peer, AddressFamily family, Span<byte> address)
    {
        BinaryPrimitives.WriteUInt16BigEndian(address[PortOffset..], peer.Port);
        if (family == AddressFamily.InterNetwork)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address[IPv4Offset..], peer.IPv4Bits);
            return peer.IsIPv4;
        }

        address[IPv4Offset..IPv6Offset].Clear();
        peer.WriteOctets(address[IPv6Offset..]);
        return BitConverter.TryWriteBytes(address[ScopeOffset..], peer.ScopeId);
    }
}
