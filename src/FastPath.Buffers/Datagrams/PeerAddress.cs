using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastPath.Buffers.Datagrams;

/// <summary>Address and port of a peer as one value, in one canonical form: IPv4 is kept IPv4-mapped.</summary>
/// <remarks>The same peer seen through an IPv4 and through a dual-mode socket is one address (scenario C10).</remarks>
internal readonly record struct PeerAddress
{
    private const uint MappedPrefix = 0xFFFF;

    private readonly ulong _high;
    private readonly ulong _low;

    private PeerAddress(ulong high, ulong low, ushort port, uint scopeId)
    {
        _high = high;
        _low = low;
        Port = port;
        ScopeId = scopeId;
    }

    public ushort Port { get; }

    /// <summary>Zone of a link-local IPv6 address; 0 otherwise.</summary>
    public uint ScopeId { get; }

    public bool IsIPv4 => _high == 0 && _low >> 32 == MappedPrefix;

    /// <summary>The IPv4 address in host order; meaningful only when <see cref="IsIPv4"/>.</summary>
    public uint IPv4Bits => (uint)_low;

    public static PeerAddress FromIPv4(uint hostOrderAddress, ushort port) =>
        new(0, ((ulong)MappedPrefix << 32) | hostOrderAddress, port, 0);

    /// <summary>Reads the 16 network-order octets of an IPv6 address.</summary>
    public static PeerAddress FromIPv6(ReadOnlySpan<byte> octets, ushort port, uint scopeId = 0) => new(
        BinaryPrimitives.ReadUInt64BigEndian(octets),
        BinaryPrimitives.ReadUInt64BigEndian(octets[8..]),
        port,
        scopeId);

    public static PeerAddress FromEndPoint(IPEndPoint endPoint)
    {
        Span<byte> octets = stackalloc byte[16];
        IPAddress address = endPoint.Address.AddressFamily == AddressFamily.InterNetwork
            ? endPoint.Address.MapToIPv6()
            : endPoint.Address;
        address.TryWriteBytes(octets, out _);
        uint scope = address.IsIPv6LinkLocal ? (uint)address.ScopeId : 0;
        return FromIPv6(octets, (ushort)endPoint.Port, scope);
    }

    /// <summary>Writes the 16 octets of the (mapped) IPv6 form in network order.</summary>
    public void WriteOctets(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> octets = stackalloc byte[16];
        WriteOctets(octets);
        return IsIPv4
            ? new IPEndPoint(new IPAddress(octets[12..]), Port)
            : new IPEndPoint(new IPAddress(octets, ScopeId), Port);
    }

    public override string ToString() => ToIPEndPoint().ToString();
}
