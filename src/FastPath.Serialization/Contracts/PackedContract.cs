using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>How a contract lies in a file, without its key: parameters (length, bytes), code (length, bytes).</summary>
public sealed record PackedContract(Parameters Parameters, IBody Code) : IBincode<PackedContract>, IStreamingSerialize
{
    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<PackedContract>.Write(BincodeWriter to)
    {
        to.Value(Parameters);
        to.Body(Code);
    }

    static PackedContract IBincode<PackedContract>.Read(ref BincodeReader from) =>
        new(from.Value<Parameters>(), from.Body());
}
