using System.Buffers;

namespace FastPath.Protocol.Connections;

/// <summary>Bytes in an array of the shared pool. Exactly one owner gives it back, once; nobody looks at it afterwards.</summary>
/// <remarks>An owner that goes away without giving it back loses nothing but the use of the pool: the collector takes it.</remarks>
internal readonly struct PooledBytes
{
    private readonly byte[]? _array;

    private PooledBytes(byte[] array, int length)
    {
        _array = array;
        Length = length;
    }

    public int Length { get; }

    public Span<byte> Span => _array.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>Nothing in them yet.</summary>
    public static PooledBytes Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    public static PooledBytes CopyOf(ReadOnlySpan<byte> bytes)
    {
        PooledBytes copy = Rent(bytes.Length);
        bytes.CopyTo(copy.Span);
        return copy;
    }

    public void Return()
    {
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }
}
