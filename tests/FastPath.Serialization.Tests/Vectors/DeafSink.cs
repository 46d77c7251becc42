using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Hears nothing.</summary>
internal sealed class DeafSink : IFieldSink
{
    public static readonly DeafSink Instance = new();

    public void OnField(Field field, ReadOnlySpan<byte> value)
    {
    }

    public void OnLength(Field field, long length)
    {
    }

    public void OnBytes(Field field, ReadOnlySpan<byte> piece)
    {
    }
}
