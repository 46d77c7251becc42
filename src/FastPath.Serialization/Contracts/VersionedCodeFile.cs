using System.Buffers.Binary;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>How code lies in a file: version u64 big-endian (0), code hash 32, code up to the end.</summary>
public sealed record VersionedCodeFile(ContractCode Code) : IBincode<VersionedCodeFile>, IStreamingSerialize
{
    private const int VersionLength = sizeof(ulong);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<VersionedCodeFile>.Write(BincodeWriter to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to.Reserve(VersionLength), 0);
        to.Value(Code.Hash);
        to.BodyToEnd(Code.Data);
    }

    static VersionedCodeFile IBincode<VersionedCodeFile>.Read(ref BincodeReader from)
    {
        int start = from.Position;
        if (BinaryPrimitives.ReadUInt64BigEndian(from.RawOrZeros(VersionLength)) != 0)
        {
            from.Fail(BincodeErrorKind.InvalidValue, start);
        }

        CodeHash hash = from.Value<CodeHash>();
        return new(new ContractCode(from.BodyToEnd(), hash));
    }
}
