using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux.Interop;

/// <summary>An array that never moves, so that the kernel may be given addresses in it.</summary>
/// <remarks>
/// The addresses hold while this object is reachable: whoever passes one to a system call keeps it alive.
/// </remarks>
internal sealed class PinnedVector<T>
    where T : unmanaged
{
    private readonly T[] _items;

    public PinnedVector(int length) => _items = GC.AllocateArray<T>(length, pinned: true);

    public int Length => _items.Length;

    public Span<T> Span => _items;

    public ref T this[int index] => ref _items[index];

    public nint AddressOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_items.Length);

        // SAFETY: the array was allocated on the pinned heap and never moves, and the index was just checked.
        return Marshal.UnsafeAddrOfPinnedArrayElement(_items, index);
    }
}
