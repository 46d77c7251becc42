using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux.Interop;

/// <summary>The kernel's <c>struct epoll_event</c>, several in a row: events in four bytes, and eight bytes that it gives back.</summary>
/// <remarks>Packed on x86-64 (12 bytes), and aligned as usual elsewhere (16 bytes, the second field at 8).</remarks>
internal sealed class EpollEvents(int count)
{
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = Stride - sizeof(ulong);

    private readonly PinnedVector<byte> _bytes = new(count * Stride);

    /// <summary>Of the first; it holds while this object is reachable.</summary>
    public nint Address => _bytes.AddressOf(0);

    public void Set(int index, uint events, ulong data)
    {
        Span<byte> item = _bytes.Span.Slice(index * Stride, Stride);
        BitConverter.TryWriteBytes(item, events);
        BitConverter.TryWriteBytes(item[DataOffset..], data);
    }

    public ulong DataOf(int index) => BitConverter.ToUInt64(_bytes.Span[((index * Stride) + DataOffset)..]);
}
