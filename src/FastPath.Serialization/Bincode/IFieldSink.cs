namespace FastPath.Serialization.Bincode;

/// <summary>
/// Hears of every field in wire order, each as soon as its last byte is there. The spans live only during the call.
/// </summary>
internal interface IFieldSink
{
    /// <summary>A field of fixed size: number, bool, hash, key, option tag, enum index.</summary>
    void OnField(Field field, ReadOnlySpan<byte> value);

    /// <summary>The length of bytes, or the count of elements, that follow.</summary>
    void OnLength(Field field, long length);

    /// <summary>The next piece of the bytes whose length came before; never empty.</summary>
    void OnBytes(Field field, ReadOnlySpan<byte> piece);
}
