using System.Buffers.Binary;

namespace FastPath.Protocol.Packets;

/// <summary>The clear, authenticated head of a transport packet: type, receiver index, key phase, counter.</summary>
internal readonly record struct PacketHeader(uint ReceiverIndex, byte KeyPhase, ulong Counter)
{
    public const int ReceiverIndexOffset = sizeof(byte);
    public const int KeyPhaseOffset = ReceiverIndexOffset + sizeof(uint);
    public const int CounterOffset = KeyPhaseOffset + sizeof(byte);
    public const int Length = CounterOffset + sizeof(ulong);

    public static bool TryRead(ReadOnlySpan<byte> packet, out PacketHeader header)
    {
        if (packet.Length < Length || packet[0] != (byte)DatagramType.Transport)
        {
            header = default;
            return false;
        }

        header = new PacketHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(packet[ReceiverIndexOffset..]),
            packet[KeyPhaseOffset],
            BinaryPrimitives.ReadUInt64LittleEndian(packet[CounterOffset..]));
        return true;
    }

    public void Write(Span<byte> packet)
    {
        packet[0] = (byte)DatagramType.Transport;
        BinaryPrimitives.WriteUInt32LittleEndian(packet[ReceiverIndexOffset..], ReceiverIndex);
        packet[KeyPhaseOffset] = KeyPhase;
        BinaryPrimitives.WriteUInt64LittleEndian(packet[CounterOffset..], Counter);
    }
}
