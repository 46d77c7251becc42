using System.Text.Json;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Tests.Vectors;

internal sealed class VectorTypeOf<T>(Func<JsonElement, T> build) : VectorType
    where T : IBincode<T>
{
    public override StreamingSerializer Start(JsonElement fields) => BincodeWriter.Start(build(fields));

    public override (BincodeError Error, int Consumed, byte[] Again) Reread(
        ReadOnlyMemory<byte> bytes, bool strict = false)
    {
        bool isRead = BincodeReader.TryRead<T>(bytes, out T? value, out int consumed, out BincodeError error, strict);
        Assert.Equal(isRead, !error.IsError);
        return (error, consumed, isRead ? Drain(BincodeWriter.Start(value!)) : []);
    }

    public override void Read(ReadOnlyMemory<byte> bytes) => BincodeReader.TryRead<T>(bytes, out _, out _, out _);
}
