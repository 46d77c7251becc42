using System.Text.Json;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>How a type named in the vectors is built from its fields, written and read.</summary>
internal abstract class VectorType
{
    /// <summary>The type as the push parser reads it.</summary>
    public required Step[] Steps { get; init; }

    public abstract StreamingSerializer Start(JsonElement fields);

    /// <summary>Reads, and writes again what was read (empty after an error).</summary>
    public abstract (BincodeError Error, int Consumed, byte[] Again) Reread(
        ReadOnlyMemory<byte> bytes, bool strict = false);

    /// <summary>Reads and keeps nothing.</summary>
    public abstract void Read(ReadOnlyMemory<byte> bytes);

    /// <summary>Pushes and hears nothing.</summary>
    public void PushUnheard(ReadOnlySpan<byte> bytes)
    {
        var parser = new StreamingDeserializer(Steps, DeafSink.Instance, DecodeLimits.Default, bytes.Length);
        parser.Push(bytes);
        parser.Finish();
    }

    public byte[] Write(JsonElement fields) => Drain(Start(fields));

    /// <summary>Pushes bytes of known total length in pieces; what was heard comes back as one line a field.</summary>
    public (BincodeError Error, long Consumed, FieldLog Log) Push(
        ReadOnlySpan<byte> bytes, int pieceLength, bool strict = false)
    {
        var log = new FieldLog();
        var parser = new StreamingDeserializer(
            Steps, log, new DecodeLimits { RejectTrailingBytes = strict }, bytes.Length);
        log.Parser = parser;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(pieceLength, bytes.Length)..])
        {
            parser.Push(bytes[..Math.Min(pieceLength, bytes.Length)]);
        }

        parser.Finish();
        return (parser.Error, parser.Position, log);
    }

    protected static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        Assert.Equal(bytes.Length, serializer.Read(bytes));
        return bytes;
    }
}
