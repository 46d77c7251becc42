using System.Buffers.Binary;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>
/// Address and port of a node inside a message. An IPv4 address and its IPv6-mapped form differ here.
/// </summary>
/// <remarks>
/// Layout: variant u32 (0 IPv4, 1 IPv6), 4 or 16 octets in network order, port u16. No zone, no flow.
/// </remarks>
internal readonly record struct WireAddress : IBincode<WireAddress>
{
    public const int IPv4Octets = 4;
    public const int IPv6Octets = 16;

    /// <summary>Bytes of the shorter form.</summary>
    public const int LengthMin = sizeof(uint) + IPv4Octets + sizeof(ushort);

    public static readonly Step[] Steps =
    [
        Step.Choice([Step.Fixed(Field.Unnamed, IPv4Octets)], [Step.Fixed(Field.Unnamed, IPv6Octets)]),
        Step.Fixed(Field.Unnamed, sizeof(ushort)),
    ];

    private readonly ulong _high;
    private readonly ulong _low;

    private WireAddress(bool isIPv6, ulong high, ulong low, ushort port)
    {
        IsIPv6 = isIPv6;
        _high = high;
        _low = low;
        Port = port;
    }

    public bool IsIPv6 { get; }

    public ushort Port { get; }

    /// <param name="octets">4 octets of IPv4 or 16 of IPv6, in network order.</param>
    /// <param name="port">UDP port.</param>
    /// <exception cref="ArgumentException">Another number of octets.</exception>
    public static WireAddress FromOctets(ReadOnlySpan<byte> octets, ushort port) => octets.Length switch
    {
        IPv4Octets => new(false, 0, BinaryPrimitives.ReadUInt32BigEndian(octets), port),
        IPv6Octets => new(
            true,
            BinaryPrimitives.ReadUInt64BigEndian(octets),
            BinaryPrimitives.ReadUInt64BigEndian(octets[8..]),
            port),
        _ => throw new ArgumentException($"An address has 4 or 16 octets, not {octets.Length}.", nameof(octets)),
    };

    /// <summary>Writes 4 or 16 octets in network order; returns how many.</summary>
    public int WriteOctets(Span<byte> destination)
    {
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return IPv4Octets;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return IPv6Octets;
    }

    /// <summary>IPv4 first, then the octets, then the port.</summary>
    public int CompareTo(WireAddress other) =>
        (IsIPv6, _high, _low, Port).CompareTo((other.IsIPv6, other._high, other._low, other.Port));

    public void Write(BincodeWriter to)
    {
        to.Variant(IsIPv6 ? 1u : 0u);
        WriteOctets(to.Reserve(IsIPv6 ? IPv6Octets : IPv4Octets));
        to.U16(Port);
    }

    public static WireAddress Read(ref BincodeReader from) =>
        FromOctets(from.RawOrZeros(from.Variant(2) == 1 ? IPv6Octets : IPv4Octets), from.U16());
}
