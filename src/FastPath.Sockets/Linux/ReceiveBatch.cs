using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>Datagrams taken from the kernel by one <c>recvmmsg</c>, handed out one at a time.</summary>
/// <remarks>
/// The kernel may have joined up to 64 datagrams of one peer in a message (UDP_GRO); it tells the length of each, the last
/// may be shorter. The memory is filled again only when all of them were handed out.
/// </remarks>
internal sealed class ReceiveBatch
{
    private const int ErrorsPerCallMax = 64;

    private readonly SafeHandle _handle;
    private readonly AddressFamily _family;
    private readonly DatagramSocketSettings _settings;
    private readonly DatagramSocketCounters _counters;
    private ReceiveMemory? _memory;
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
        _settings = settings;
        _counters = counters;
    }

    /// <summary>Mark of the datagram handed out last.</summary>
    public EcnCodepoint Ecn { get; private set; }

    /// <summary>Some were taken from the kernel, and not all are handed out.</summary>
    public bool HasDatagram => _datagramsLeft > 0 || _opened < _count;

    /// <summary>
    /// Receives into memory that other sockets of the thread receive into as well: one has handed out all that it took before
    /// another one takes some. Before the first receive.
    /// </summary>
    public void Share(ReceiveMemory memory) => _memory = memory;

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
            if (length > _settings.DatagramBytesMax)
            {
                _counters.ReceiveTooLong++;
                continue;
            }

            _counters.DatagramsReceived++;
            datagram = _memory!.Buffers.Span.Slice(offset, length);
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
            ReceiveMemory memory = _memory ??= new ReceiveMemory(_settings.ReceiveBatchMessages);
            _opened = 0;
            _count = 0;
            _isDrained = false;
            int received = Receive(memory);
            if (received == 0)
            {
                return false;
            }

            if (received > 0)
            {
                _count = received;
                _isDrained = received < memory.Messages;
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
    private int Receive(ReceiveMemory memory)
    {
        int received;
        try
        {
            memory.Prepare();

            // SAFETY: all that the headers name are pinned vectors of the memory, which is held over the call; each header
            // states the length of what it names, and only this thread writes there.
            received = Libc.recvmmsg(
                _handle, memory.Headers.AddressOf(0), (uint)memory.Messages, LibcConstants.MSG_DONTWAIT, 0);
            GC.KeepAlive(memory);
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }

        _counters.ReceiveCalls++;
        if (received >= 0)
        {
            memory.OnFilled(received);
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
        ReceiveMemory memory = _memory!;
        ref MessageHeader header = ref memory.Headers[index];
        int length = (int)header.Length;
        if ((header.Flags & LibcConstants.MSG_TRUNC) != 0)
        {
            _counters.ReceiveTooLong++;
            return;
        }

        ControlMessages.Read(memory.ControlOf(index), out int segmentBytes, out EcnCodepoint ecn);
        Debug.Assert(length <= ReceiveMemory.BufferBytes);
        Ecn = ecn;
        _from = SocketAddressCodec.Read(memory.NameOf(index), _family);
        _offset = ReceiveMemory.OffsetOf(index);
        _bytesLeft = length;
        _segmentBytes = segmentBytes > 0 ? segmentBytes : length;
        _datagramsLeft = length == 0 ? 1 : (length + _segmentBytes - 1) / _segmentBytes;
        _counters.BuffersCoalesced += _datagramsLeft > 1 ? 1 : 0;
    }
}
