using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace FastPath.Buffers.Pooling;

/// <summary>Asks the processor for memory that is about to be read, so that it comes while something else is being done.</summary>
internal static class CacheLines
{
    private const int LineBytes = 64;

    /// <summary>A hint: nothing is read, and nothing happens where the processor knows no such instruction.</summary>
    public static unsafe void Fetch(ReadOnlySpan<byte> bytes)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        ref byte first = ref MemoryMarshal.GetReference(bytes);
        for (int offset = 0; offset < bytes.Length; offset += LineBytes)
        {
            // SAFETY: a prefetch never faults and changes nothing, also when a collection has moved the bytes meanwhile.
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref first, offset)));
        }
    }
}
