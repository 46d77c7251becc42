using System.Buffers;
using Microsoft.Extensions.ObjectPool;

namespace FastPath.Protocol.Connections;

/// <summary>Bytes in an array of a pool. Exactly one owner gives it back, once; nobody looks at it afterwards.</summary>
/// <remarks>An owner that goes away without giving it back loses nothing but the use of the pool: the collector takes it.</remarks>
internal readonly struct PooledBytes
{
    // Room for the longest MESSAGE frame. The shared pool keeps 32 arrays of a size for a core; a hundred requests at once need several
    // times as many, and made them anew each time. Much shorter ones would waste the room.
    private const int FrameLength = 2_048;
    private const int FrameLengthMin = 512;
    private const int FramesKeptMax = 1_024;
    private static readonly ObjectPool<byte[]> Frames = new DefaultObjectPool<byte[]>(new FrameArrays(), FramesKeptMax);

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
    public static PooledBytes Rent(int length) =>
        new(IsFrame(length) ? Frames.Get() : ArrayPool<byte>.Shared.Rent(length), length);

    public static PooledBytes CopyOf(ReadOnlySpan<byte> bytes)
    {
        PooledBytes copy = Rent(bytes.Length);
        bytes.CopyTo(copy.Span);
        return copy;
    }

    public void Return()
    {
        if (_array is null)
        {
            return;
        }

        if (IsFrame(Length))
        {
            Frames.Return(_array);
        }
        else
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }

    private static bool IsFrame(int length) => length is >= FrameLengthMin and <= FrameLength;

    private sealed class FrameArrays : PooledObjectPolicy<byte[]>
    {
        public override byte[] Create() => GC.AllocateUninitializedArray<byte>(FrameLength);

        public override bool Return(byte[] obj) => true;
    }
}
