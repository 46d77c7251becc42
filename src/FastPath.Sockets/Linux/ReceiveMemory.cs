using System.Net.Sockets;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>What one <c>recvmmsg</c> fills: a buffer of 64 KiB for each message, and what the kernel tells of it.</summary>
/// <remarks>Sockets of one thread may share it: what was received last is still in the caches when the next one receives.</remarks>
internal sealed class ReceiveMemory
{
    /// <summary>Of a message: the kernel may have joined many datagrams in it.</summary>
    public const int BufferBytes = 64 * 1_024;

    // Buffers that lie a power of two apart would compete for the same cache lines.
    private const int BufferStride = BufferBytes + 3 * 64;
    private const int NameStride = 32;
    private static readonly uint NameBytes = (uint)SocketAddressCodec.LengthOf(AddressFamily.InterNetworkV6);

    private readonly PinnedVector<IoVector> _vectors;
    private readonly PinnedVector<byte> _names;
    private readonly PinnedVector<byte> _controls;
    private int _filled;

    public ReceiveMemory(int messages)
    {
        Headers = new PinnedVector<MessageHeader>(messages);
        _vectors = new PinnedVector<IoVector>(messages);
        _names = new PinnedVector<byte>(messages * NameStride);
        _controls = new PinnedVector<byte>(messages * ControlMessages.ReceiveBytes);
        Buffers = new PinnedVector<byte>(messages * BufferStride);
        for (int i = 0; i < messages; i++)
        {
            _vectors[i] = new IoVector { Base = Buffers.AddressOf(OffsetOf(i)), Length = BufferBytes };
            Headers[i].Vectors = _vectors.AddressOf(i);
            Headers[i].VectorCount = 1;
            Headers[i].Name = _names.AddressOf(i * NameStride);
            Headers[i].Control = _controls.AddressOf(i * ControlMessages.ReceiveBytes);
        }

        _filled = messages;
    }

    public int Messages => Headers.Length;

    public PinnedVector<MessageHeader> Headers { get; }

    public PinnedVector<byte> Buffers { get; }

    /// <summary>Where the buffer of a message begins in all of them.</summary>
    public static int OffsetOf(int message) => message * BufferStride;

    /// <summary>The sender's address, as the kernel writes it.</summary>
    public ReadOnlySpan<byte> NameOf(int message) => _names.Span.Slice(message * NameStride, NameStride);

    /// <summary>The control messages that came with one.</summary>
    public ReadOnlySpan<byte> ControlOf(int message)
    {
        int length = (int)Math.Min(Headers[message].ControlLength, ControlMessages.ReceiveBytes);
        return _controls.Span.Slice(message * ControlMessages.ReceiveBytes, length);
    }

    /// <summary>Before a receive: tells the kernel again how long everything is, where it has written how long it became.</summary>
    public void Prepare()
    {
        foreach (ref MessageHeader header in Headers.Span[.._filled])
        {
            header.NameLength = NameBytes;
            header.ControlLength = ControlMessages.ReceiveBytes;
            header.Flags = 0;
        }

        _filled = 0;
    }

    /// <summary>So many messages were received.</summary>
    public void OnFilled(int messages) => _filled = messages;
}
