using FastPath.Serialization.Bincode;

namespace FastPath.Fuzz.Oracles;

/// <inheritdoc/>
internal sealed class BincodeFormOf<T>(string name, Step[]? steps) : BincodeForm(name, steps)
    where T : IBincode<T>
{
    protected override (BincodeError Error, int Consumed, byte[] Written) Read(byte[] bytes, bool strict)
    {
        bool isRead = BincodeReader.TryRead<T>(bytes, out T? value, out int consumed, out BincodeError error, strict);
        OracleException.Require(isRead != error.IsError, "a value with an error, or neither");
        return (error, consumed, isRead ? Drain(BincodeWriter.Start(value!)) : []);
    }

    protected override void ReadOnly(byte[] bytes) => BincodeReader.TryRead<T>(bytes, out _, out _, out _);

    private static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        OracleException.Require(serializer.Read(bytes) == bytes.Length, "the announced length is another one");
        return bytes;
    }
}
