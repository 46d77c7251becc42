using System.Diagnostics.CodeAnalysis;

namespace FastPath.Serialization.Hashing;

/// <summary>What stays the same throughout one hash: key, domain flags, and the width of the code that runs.</summary>
internal readonly struct Blake3Mode
{
    private readonly Blake3Value _key;

    public Blake3Mode(ReadOnlySpan<byte> key, uint flags, Blake3Width width)
    {
        _key = Blake3Value.From(key);
        Flags = flags;
        Width = width;
    }

    public uint Flags { get; }

    public Blake3Width Width { get; }

    /// <summary>The 32 bytes every chunk and parent starts from.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Key => _key;

    public static Blake3Mode Plain(Blake3Width width) => new(Blake3Constants.InitialValue, 0, width);
}
