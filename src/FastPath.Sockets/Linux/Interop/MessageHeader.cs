using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux.Interop;

/// <summary>
/// <c>struct mmsghdr</c> with its <c>struct msghdr</c> inside, as the kernel reads it on a 64-bit system.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    public nint Name;
    public uint NameLength;
    public nint Vectors;
    public nuint VectorCount;
    public nint Control;
    public nuint ControlLength;
    public int Flags;

    /// <summary>Bytes moved; written by the kernel. The inner struct ends before it, padded to 56 bytes.</summary>
    public readonly uint Length => _length;

    private readonly int _padding;
    private readonly uint _length;
    private readonly int _tail;
}
