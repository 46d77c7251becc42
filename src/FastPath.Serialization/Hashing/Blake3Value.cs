using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>A chaining value or key: 32 bytes, held in place.</summary>
[InlineArray(Blake3Constants.ValueBytes)]
internal struct Blake3Value
{
    private byte _first;

    public static Blake3Value From(ReadOnlySpan<byte> bytes)
    {
        Blake3Value value = default;
        bytes[..Blake3Constants.ValueBytes].CopyTo(value);
        return value;
    }
}
