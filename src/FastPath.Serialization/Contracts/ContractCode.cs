using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>Code of a contract or delegate and the hash its sender claims for it.</summary>
/// <param name="Data">The code itself.</param>
/// <param name="Hash">BLAKE3 of the code; read from the wire it is only a claim.</param>
public sealed record ContractCode(IBody Data, CodeHash Hash) : IBincode<ContractCode>, IStreamingSerialize
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.Code), Step.Fixed(Field.CodeHash, CodeHash.Length)];

    /// <summary>Hashes the code: one pass over it.</summary>
    public static ContractCode FromCode(IBody data) => new(data, KeyDerivation.HashCode(data));

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<ContractCode>.Write(BincodeWriter to)
    {
        to.Body(Data);
        to.Value(Hash);
    }

    static ContractCode IBincode<ContractCode>.Read(ref BincodeReader from) => new(from.Body(), from.Value<CodeHash>());
}
