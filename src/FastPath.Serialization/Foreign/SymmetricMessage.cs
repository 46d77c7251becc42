using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Foreign;

/// <summary>The plaintext of a symmetric packet.</summary>
/// <remarks>Layout: packet id u32, receipts (count u64, ids u32), payload.</remarks>
/// <param name="PacketId">What the peer acknowledges; wraps around.</param>
/// <param name="Receipts">Packets of the peer that have arrived.</param>
/// <param name="Payload">What the packet is sent for.</param>
internal sealed record SymmetricMessage(
    uint PacketId, IReadOnlyList<PacketReceipt> Receipts, SymmetricPayload Payload)
    : IBincode<SymmetricMessage>, IStreamingSerialize
{
    public static readonly Step[] Steps =
        [Step.U32, Step.Repeat(Field.Unnamed, Step.U32), .. SymmetricPayload.Steps];

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public void Write(BincodeWriter to)
    {
        to.U32(PacketId);
        to.Length(Receipts.Count);
        foreach (PacketReceipt receipt in Receipts)
        {
            to.Value(receipt);
        }

        to.Value(Payload);
    }

    public static SymmetricMessage Read(ref BincodeReader from) =>
        new(from.U32(), from.List<PacketReceipt>(PacketReceipt.Length), from.Value<SymmetricPayload>());
}
