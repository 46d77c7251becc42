using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Foreign;

/// <summary>Says that one packet has arrived. Layout: its id u32.</summary>
internal readonly record struct PacketReceipt(uint PacketId) : IBincode<PacketReceipt>
{
    public const int Length = sizeof(uint);

    public void Write(BincodeWriter to) => to.U32(PacketId);

    public static PacketReceipt Read(ref BincodeReader from) => new(from.U32());
}
