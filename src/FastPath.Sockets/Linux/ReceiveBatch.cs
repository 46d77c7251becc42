using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>Datagrams taken from the kernel by one <c>recvmmsg</c>, handed out one at a time.</summary>
/// <remarks>
/// Each message has a buffer of 64 KiB, because the kernel may have joined up to 64 datagrams of one peer in it
/// (UDP_GRO); it tells the length of each, the last may be shorter. The buffers are filled again only when all of them
/// were handed out.
/// </remarks>
internal sealed class ReceiveBatch
{
    private const int BufferBytes = 64 * 1_024;

    // Buffers that lie a power of two apart would compete for the same cache lines.
    private const int BufferStride = BufferBytes + 3 * 64;
    private const int NameStride = 32;
    private const int ErrorsPerCallMax = 64;

    private readonly SafeHandle _handle;
    private readonly AddressFamily _family;
    private readonly int _nameBytes;
    private readonly int _datagramBytesMax;
    private readonly DatagramSocketCounters _counters;
    private readonly PinnedVector<MessageHeader> _headers;
    private readonly PinnedVector<IoVector> _vectors;
    private readonly PinnedVector<byte> _names;
    private readonly PinnedVector<byte> _controls;
    private readonly PinnedVector<byte> _buffers;
    private int _count;
    private int _opened;
    private int _offset;
    private int _bytesLeft;
    private int _datagramsLeft;
    private int _segmentBytes;
    private PeerAddress _from;
    private bool _isDrained;

    public ReceiveBatch(
        SafeHandle handle, AddressFamily family, DatagramSocketSettings settings, DatagramSocketCounters counters)
    {
        _handle = handle;
        _family = family;
        _nameBytes = SocketAddressCodec.LengthOf(family);
        _datagramBytesMax = settings.DatagramBytesMax;
        _counters = counters;
        int messages = settings.ReceiveBatchMessages;
        _headers = new PinnedVector<MessageHeader>(messages);
        _vectors = new PinnedVector<IoVector>(messages);
        _names = new PinnedVector<byte>(messages * NameStride);
        _controls = new PinnedVector<byte>(messages * ControlMessages.ReceiveBytes);
        _buffers = new PinnedVector<byte>(messages * BufferStride);
        for (int i = 0; i < messages; i++)
        {
            _vectors[i] = new IoVector { Base = _buffers.AddressOf(i * BufferStride), Length = BufferBytes };
            _headers[i].Vectors = _vectors.AddressOf(i);
            _headers[i].VectorCount = 1;
            _headers[i].Name = _names.AddressOf(i * NameStride);
            _headers[i].Control = _controls.AddressOf(i * ControlMessages.ReceiveBytes);
            Prepare(i);
        }
    }

    /// <summary>Mark of the datagram handed out last.</summary>
    public EcnCodepoint Ecn { get; private set; }

    public bool HasDatagram => _datagramsLeft > 0 || _opened < _count;

    public bool TryTake(out Span<byte> datagram, out PeerAddress from)
    {
        while (HasDatagram || TryRefill())
        {
            if (_datagramsLeft == 0)
            {
                Open(_opened++);
                continue;
            }

            int length = Math.Min(_segmentBytes, _bytesLeft);
            int offset = _offset;
            _datagramsLeft--;
            _bytesLeft -= length;
            _offset += length;
            if (length > _datagramBytesMax)
            {
                _counters.ReceiveTooLong++;
                continue;
            }

            _counters.DatagramsReceived++;
            datagram = _buffers.Span.Slice(offset, length);
            from = _from;
            return true;
        }

        datagram = default;
        from = default;
        return false;
    }

    /// <summary>Asks the kernel, unless datagrams are left; never waits.</summary>
    public bool TryFill()
    {
        for (int errors = 0; !HasDatagram && errors < ErrorsPerCallMax; errors++)
        {
            for (int i = 0; i < _count; i++)
            {
                Prepare(i);
            }

            _opened = 0;
            _count = 0;
            _isDrained = false;
            int received = Receive();
            if (received == 0)
            {
                return false;
            }

            if (received > 0)
            {
                _count = received;
                _isDrained = received < _headers.Length;
            }
        }

        return HasDatagram;
    }

    /// <summary>
    /// A batch that was not full has emptied the socket: the next call says so without asking the kernel.
    /// </summary>
    private bool TryRefill()
    {
        if (_isDrained)
        {
            _isDrained = false;
            return false;
        }

        return TryFill();
    }

    /// <returns>Messages; 0 when none waits; -1 after an error that was counted.</returns>
    private int Receive()
    {
        int received;
        try
        {
            // SAFETY: headers, vectors, names, controls and buffers are pinned vectors of this object, which the caller
            // holds; each header names memory of the stated length, and no one else writes there.
            received = Libc.recvmmsg(
                _handle, _headers.AddressOf(0), (uint)_headers.Length, LibcConstants.MSG_DONTWAIT, 0);
            GC.KeepAlive(this);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }

        _counters.ReceiveCalls++;
        if (received >= 0)
        {
            return received;
        }

        switch (Marshal.GetLastPInvokeError())
        {
            case LibcConstants.EAGAIN:
                _counters.ReceiveCallsEmpty++;
                return 0;
            case LibcConstants.EINTR:
                return -1;
            default:
                // It is about a datagram sent earlier, not about this socket (scenario A4); the kernel has cleared it.
                _counters.ReceiveErrors++;
                return -1;
        }
    }

    private void Open(int index)
    {
        ref MessageHeader header = ref _headers[index];
        int length = (int)header.Length;
        if ((header.Flags & LibcConstants.MSG_TRUNC) != 0)
        {
            _counters.ReceiveTooLong++;
            return;
        }

        int controlBytes = (int)Math.Min(header.ControlLength, ControlMessages.ReceiveBytes);
        ReadOnlySpan<byte> control =
            _controls.Span.Slice(index * ControlMessages.ReceiveBytes, controlBytes);
        ControlMessages.Read(control, out int segmentBytes, out EcnCodepoint ecn);
        Debug.Assert(length <= BufferBytes);
        Ecn = ecn;
        _from = SocketAddressCodec.Read(_names.Span.Slice(index * NameStride, NameStride), _family);
        _offset = index * BufferStride;
        _bytesLeft = length;
        _segmentBytes = segmentBytes > 0 ? segmentBytes : length;
        _datagramsLeft = length == 0 ? 1 : (length + _segmentBytes - 1) / _segmentBytes;
        _counters.BuffersCoalesced += _datagramsLeft > 1 ? 1 : 0;
    }

    private void Prepare(int index)
    {
        ref MessageHeader header = ref _headers[index];
        header.NameLength = (uint)_nameBytes;
        header.ControlLength = ControlMessages.ReceiveBytes;
        header.Flags = 0;
    }
}
