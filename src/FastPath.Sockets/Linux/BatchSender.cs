using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>Gives a <see cref="SendBatch"/> to the kernel, one group a message, and answers its refusals.</summary>
internal sealed class BatchSender
{
    private const int NameStride = 32;

    private readonly SafeHandle _handle;
    private readonly AddressFamily _family;
    private readonly DatagramSocketCounters _counters;
    private readonly TimeSpan _patience;
    private readonly LoopWaiter _waiter;
    private readonly SendBatch _batch;
    private readonly PathSegments _segments = new();
    private readonly PinnedVector<MessageHeader> _headers = new(SendBatch.GroupsMax);
    private readonly PinnedVector<byte> _names = new(SendBatch.GroupsMax * NameStride);
    private readonly PinnedVector<byte> _controls = new(SendBatch.GroupsMax * ControlMessages.SendBytes);
    private readonly PinnedVector<MessageHeader> _single = new(1);
    private readonly PinnedVector<IoVector> _singleVector = new(1);
    private readonly bool _mayGroup;
    private int _rented;

    public BatchSender(
        Socket socket,
        DatagramSocketSettings settings,
        OffloadSupport offload,
        DatagramSocketCounters counters,
        LoopWaiter waiter)
    {
        _handle = socket.SafeHandle;
        _family = socket.AddressFamily;
        _counters = counters;
        _patience = settings.SendPatience;
        _waiter = waiter;
        _batch = new SendBatch(Math.Max(settings.SendBatchBytes, ushort.MaxValue));
        _mayGroup = offload.Segmentation;
        for (int i = 0; i < SendBatch.GroupsMax; i++)
        {
            ushort family = _family == AddressFamily.InterNetwork ? LibcConstants.AF_INET : LibcConstants.AF_INET6;
            BitConverter.TryWriteBytes(_names.Span[(i * NameStride)..], family);
            _headers[i].Name = _names.AddressOf(i * NameStride);
            _headers[i].NameLength = (uint)SocketAddressCodec.LengthOf(_family);
            _headers[i].Vectors = _batch.VectorsOf(i);
        }

        _single[0].NameLength = (uint)SocketAddressCodec.LengthOf(_family);
        _single[0].Vectors = _singleVector.AddressOf(0);
        _single[0].VectorCount = 1;
    }

    public RefusedDatagrams Refused { get; } = new();

    /// <summary>For tests of paths that this machine does not have: an error number for a group, 0 to let it pass.</summary>
    public Func<SendGroup, int>? Fault { get; set; }

    public Span<byte> Rent(int lengthMax)
    {
        Span<byte> space;
        while (!_batch.TryRent(lengthMax, out space))
        {
            Flush();
        }

        _rented = lengthMax;
        return space;
    }

    public void Commit(int length, PeerAddress to, EcnCodepoint ecn)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_rented, nameof(length));
        _rented = 0;
        if (_family == AddressFamily.InterNetwork && !to.IsIPv4)
        {
            _counters.SendErrors++;
            return;
        }

        int datagramsMax = _mayGroup ? _segments.MaxOf(to) : 1;
        if (!_batch.TryCommit(length, to, datagramsMax, ecn))
        {
            SendGroups();
            _batch.TryCommit(length, to, datagramsMax, ecn);
        }
    }

    public void Flush()
    {
        SendGroups();
        _batch.Rewind();
    }

    private void SendGroups()
    {
        int count = _batch.Count;
        for (int i = 0; i < count; i++)
        {
            Prepare(i);
        }

        int sent = 0;
        while (sent < count)
        {
            int result = SendFrom(sent, count, out int error);
            for (int i = 0; i < result; i++)
            {
                ref readonly SendGroup group = ref _batch[sent + i];
                _counters.DatagramsSent += group.Datagrams;
                _segments.OnSent(group.To);
            }

            sent += Math.Max(result, 0);
            if (result < 0)
            {
                bool isFull = error == LibcConstants.EAGAIN;

                // A kernel that is still full is waited for once a batch, not once a group.
                int refusedEnd = isFull ? count : sent + 1;
                for (; sent < refusedEnd; sent++)
                {
                    Answer(sent, error);
                }
            }
        }

        _batch.Clear();
    }

    private void Answer(int group, int error)
    {
        bool mayBeSegmentation = error
            is LibcConstants.EINVAL or LibcConstants.EMSGSIZE or LibcConstants.EIO or LibcConstants.EOPNOTSUPP;
        if (_batch[group].Datagrams > 1 && mayBeSegmentation)
        {
            SendSeparately(group, error);
        }
        else
        {
            Count(error, _batch[group].Datagrams);
            Tell(group, 0, error);
        }
    }

    /// <summary>
    /// The group was refused as a whole: if its datagrams pass alone, this peer's path takes no groups so large; if they are
    /// too long, that was the reason.
    /// </summary>
    private void SendSeparately(int group, int refusal)
    {
        int passed = 0;
        bool isTooLong = false;
        int datagrams = _batch[group].Datagrams;
        for (int number = 0; number < datagrams; number++)
        {
            _single[0].Name = _headers[group].Name;
            _single[0].ControlLength = (nuint)WriteTrafficClass(group);
            _single[0].Control = _single[0].ControlLength == 0 ? 0 : _headers[group].Control;
            _singleVector[0] = _batch.DatagramOf(group, number);
            if (SendPatiently(_single.AddressOf(0), 1, out int error) > 0)
            {
                passed++;
            }
            else if (error == LibcConstants.EAGAIN)
            {
                Count(error, datagrams - number);
                break;
            }
            else
            {
                Count(error, 1);
                Tell(group, number, error);
                isTooLong |= error == LibcConstants.EMSGSIZE;
            }
        }

        _counters.DatagramsSent += passed;
        if (passed > 0 && !isTooLong)
        {
            _counters.SegmentationRefusals++;
            bool isForGood = refusal is LibcConstants.EIO or LibcConstants.EOPNOTSUPP;
            _segments.OnRefused(_batch[group].To, datagrams, isForGood);
        }
    }

    /// <returns>Groups that went out, from the first on; negative with an error.</returns>
    private int SendFrom(int first, int count, out int error)
    {
        int end = count;
        if (Fault is { } fault)
        {
            error = 0;
            for (end = first; end < count && error == 0; end += error == 0 ? 1 : 0)
            {
                error = fault(_batch[end]);
            }

            if (end == first)
            {
                return -1;
            }
        }

        return SendPatiently(_headers.AddressOf(first), end - first, out error);
    }

    /// <summary>Sends again after a signal, and after the kernel had no room but then found some.</summary>
    private int SendPatiently(nint headers, int count, out int error)
    {
        int result;
        do
        {
            result = Send(headers, count, out error);
        }
        while (result < 0
            && (error == LibcConstants.EINTR
                || (error == LibcConstants.EAGAIN && _waiter.WaitForRoom(_handle, _patience))));
        return result;
    }

    private int Send(nint headers, int count, out int error)
    {
        try
        {
            // SAFETY: the headers and all they point at (names, controls, vectors, arena) are pinned vectors of this
            // object and of its batch, both alive over the call; the vectors cover committed bytes of the arena only.
            int result = Libc.sendmmsg(_handle, headers, (uint)count, LibcConstants.MSG_DONTWAIT);
            GC.KeepAlive(this);
            error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
            _counters.SendCalls++;
            return result;
        }
        catch (ObjectDisposedException)
        {
            error = LibcConstants.EBADF;
            return -1;
        }
    }

    private void Prepare(int index)
    {
        ref readonly SendGroup group = ref _batch[index];
        ref MessageHeader header = ref _headers[index];
        SocketAddressCodec.TryWrite(group.To, _family, _names.Span.Slice(index * NameStride, NameStride));
        header.VectorCount = (nuint)group.Vectors;
        int length = WriteTrafficClass(index);
        if (group.Datagrams > 1)
        {
            length += ControlMessages.WriteSegmentSize(ControlOf(index)[length..], group.SegmentBytes);
        }

        header.Control = length == 0 ? 0 : _controls.AddressOf(index * ControlMessages.SendBytes);
        header.ControlLength = (nuint)length;
    }

    private void Tell(int group, int number, int error)
    {
        if (error == LibcConstants.EMSGSIZE)
        {
            Refused.Add(new RefusedDatagram(_batch.BytesOf(_batch.DatagramOf(group, number)), _batch[group].To));
        }
    }

    private Span<byte> ControlOf(int group) => _controls.Span.Slice(group * ControlMessages.SendBytes, ControlMessages.SendBytes);

    /// <returns>Bytes of control messages that the codepoint of the group takes.</returns>
    private int WriteTrafficClass(int group) => _batch[group].Ecn == EcnCodepoint.NotCapable
        ? 0
        : ControlMessages.WriteTrafficClass(ControlOf(group), _batch[group].Ecn, _batch[group].To.IsIPv4);

    private void Count(int error, int datagrams)
    {
        switch (error)
        {
            case LibcConstants.EMSGSIZE:
                _counters.SendTooLong += datagrams;
                break;
            case LibcConstants.EAGAIN:
                _counters.SendsDropped += datagrams;
                break;
            default:
                _counters.SendErrors += datagrams;
                break;
        }
    }
}
