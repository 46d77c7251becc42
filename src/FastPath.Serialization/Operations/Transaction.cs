using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>
/// Names the operation a message belongs to. Layout: id (35 bytes with the tag), or 69 bytes with the parent's id.
/// </summary>
/// <param name="Id">This operation.</param>
/// <param name="Parent">The operation that started it, when it is part of another.</param>
internal readonly record struct Transaction(TransactionId Id, TransactionId? Parent)
    : IBincode<Transaction>, IStreamingSerialize
{
    public static readonly Step[] Steps = [.. TransactionId.Steps, Step.Option(TransactionId.Steps)];

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public void Write(BincodeWriter to)
    {
        to.Value(Id);
        to.Optional(Parent);
    }

    public static Transaction Read(ref BincodeReader from) =>
        new(from.Value<TransactionId>(), from.OptionalValue<TransactionId>());
}
