using FastPath.Serialization.Bincode;

namespace FastPath.Fuzz.Oracles;

/// <summary>Hears nothing: what is measured is the parser alone.</summary>
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
