using System.Buffers.Binary;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>
/// Reads and writes the control messages that go with a datagram; layout of a 64-bit little-endian system.
/// </summary>
/// <remarks>
/// Each is a header of 16 bytes (length including the header, level, type), the value, and padding to 8 bytes. They
/// come from the kernel, never from a peer; a length that does not fit ends the walk all the same.
/// </remarks>
internal static class ControlMessages
{
    /// <summary>Room for a segment size and a traffic class to send.</summary>
    public const int SendBytes = 2 * MessageBytes;

    /// <summary>Room for a segment size and both forms of the traffic class.</summary>
    public const int ReceiveBytes = 3 * MessageBytes;

    private const int MessageBytes = 24;
    private const int HeaderBytes = 16;
    private const int LevelOffset = 8;
    private const int TypeOffset = 12;
    private const int Alignment = 8;
    private const int EcnMask = 3;

    /// <summary>The ECN bits of what is sent; the rest of the traffic class is zero.</summary>
    /// <param name="toIPv4">Also true of an IPv4 peer of a socket for both families.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteTrafficClass(Span<byte> control, EcnCodepoint ecn, bool toIPv4)
    {
        BinaryPrimitives.WriteInt64LittleEndian(control, HeaderBytes + sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(control[LevelOffset..], toIPv4 ? LibcConstants.IPPROTO_IP : LibcConstants.IPPROTO_IPV6);
        BinaryPrimitives.WriteInt32LittleEndian(control[TypeOffset..], toIPv4 ? LibcConstants.IP_TOS : LibcConstants.IPV6_TCLASS);
        BinaryPrimitives.WriteInt32LittleEndian(control[HeaderBytes..], (int)ecn);
        return MessageBytes;
    }

    /// <returns>Bytes written.</returns>
    public static int WriteSegmentSize(Span<byte> control, int segmentBytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(control, HeaderBytes + sizeof(ushort));
        BinaryPrimitives.WriteInt32LittleEndian(control[LevelOffset..], LibcConstants.SOL_UDP);
        BinaryPrimitives.WriteInt32LittleEndian(control[TypeOffset..], LibcConstants.UDP_SEGMENT);
        BinaryPrimitives.WriteUInt16LittleEndian(control[HeaderBytes..], (ushort)segmentBytes);
        return MessageBytes;
    }

    /// <param name="control">As many bytes as the kernel wrote.</param>
    /// <param name="segmentBytes">Length of each datagram that the kernel joined; 0 when it joined none.</param>
    /// <param name="ecn">The mark of the IP header; not capable when it was not reported.</param>
    public static void Read(ReadOnlySpan<byte> control, out int segmentBytes, out EcnCodepoint ecn)
    {
        segmentBytes = 0;
        ecn = EcnCodepoint.NotCapable;
        while (control.Length > HeaderBytes)
        {
            long length = BinaryPrimitives.ReadInt64LittleEndian(control);
            if (length <= HeaderBytes || length > control.Length)
            {
                return;
            }

            ReadOnlySpan<byte> value = control[HeaderBytes..(int)length];
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[LevelOffset..]);
            switch (level, BinaryPrimitives.ReadInt32LittleEndian(control[TypeOffset..]))
            {
                case (LibcConstants.SOL_UDP, LibcConstants.UDP_GRO) when value.Length >= sizeof(int):
                    segmentBytes = BinaryPrimitives.ReadInt32LittleEndian(value);
                    break;
                case (LibcConstants.IPPROTO_IP, LibcConstants.IP_TOS):
                case (LibcConstants.IPPROTO_IPV6, LibcConstants.IPV6_TCLASS):
                    ecn = (EcnCodepoint)(value[0] & EcnMask);
                    break;
            }

            int padded = ((int)length + Alignment - 1) & -Alignment;
            control = control[Math.Min(padded, control.Length)..];
        }
    }
}
