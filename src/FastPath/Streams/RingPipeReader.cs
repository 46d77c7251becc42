using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>A handle as a pipe reader: the sequence is the ring's own blocks, from the last consumed byte to the newest.</summary>
/// <remarks>
/// Segments are objects of this reader and used again; bytes are copied nowhere. Offsets are those of the payload, so that
/// segments join over the proofs that may lie between them in the ring.
/// </remarks>
internal sealed class RingPipeReader(StreamHandle handle) : PipeReader
{
    private readonly Stack<RingSegment> _spare = new();
    private RingSegment? _first;
    private RingSegment? _last;
    private long _consumed = handle.Position;
    private long _examined = handle.Position;
    private long _lease;
    private bool _isShown;
    private bool _isCompleted;
    private volatile bool _isCancelled;
    private volatile bool _isWaiting;
    private volatile bool _isStuck;

    private FragmentRing Ring => handle.Ring;

    private RingPayload Payload => handle.Ring.Payload;

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCannotRead();
        handle.BeginRead();
        try
        {
            return TryShow(out result);
        }
        finally
        {
            handle.EndRead();
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCannotRead();
        handle.BeginRead();
        bool mustWait = false;
        try
        {
            if (TryShow(out ReadResult result))
            {
                return new(result);
            }

            mustWait = true;
        }
        finally
        {
            if (!mustWait)
            {
                handle.EndRead();
            }
        }

        return WaitAndShowAsync(cancellationToken);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <exception cref="InvalidOperationException">Nothing was read, or the position is not of what was read.</exception>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_isShown)
        {
            throw new InvalidOperationException("There is no read to advance: call ReadAsync first.");
        }

        long to = OffsetOf(consumed);
        long seen = OffsetOf(examined);
        if (to < _consumed || seen < to || seen > (_last?.End ?? _consumed))
        {
            throw new InvalidOperationException("The positions are not of what was read, or examined lies before consumed.");
        }

        HashUpTo(to);
        _isShown = false;
        _consumed = to;
        _examined = seen;
        while (_first is { } segment && segment.End <= to)
        {
            _first = segment.Next;
            segment.Set(0, default);
            _spare.Push(segment);
        }

        _last = _first is null ? null : _last;
        handle.Leases.MoveTo(Payload.PositionOf(to));
        handle.Release(_lease);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        _isCancelled = true;
        handle.Wake();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        _first = null;
        _last = null;
        handle.OnNoRoom = null;
        if (_isShown)
        {
            _isShown = false;
            handle.Release(_lease);
        }

        handle.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAndShowAsync(CancellationToken cancellationToken)
    {
        try
        {
            handle.OnNoRoom ??= OnNoRoom;
            ReadResult result;
            do
            {
                _isWaiting = true;
                if (_examined > _consumed)
                {
                    handle.AskForMore();
                }

                await handle.WaitAsync(cancellationToken).ConfigureAwait(false);
                _isWaiting = false;
                ThrowIfStuck();
            }
            while (!TryShow(out result));
            return result;
        }
        finally
        {
            _isWaiting = false;
            handle.EndRead();
        }
    }

    /// <summary>The sender has used up the window, this reader is the one it waits for, and it waits for the sender.</summary>
    private void OnNoRoom()
    {
        if (_isWaiting && _examined > _consumed && Payload.Received == _examined && handle.Leases.Cursor.Position <= Ring.ReclaimedTo)
        {
            _isStuck = true;
            handle.Wake();
        }
    }

    private void ThrowIfStuck()
    {
        if (_isStuck && Payload.Received == _examined)
        {
            throw new FastPathException(
                FastPathError.TooLarge,
                $"{_examined - _consumed} bytes were examined and none consumed, and the stream's window has no room for more",
                transfer: handle.Failure());
        }

        _isStuck = false;
    }

    private bool TryShow(out ReadResult result)
    {
        result = default;
        bool isCancelled = _isCancelled;
        bool isReadable = handle.IsReadable(Payload.PositionOf(_examined), out long end);
        if (!isReadable && !isCancelled)
        {
            return false;
        }

        _isCancelled = false;
        long frontier = Payload.OffsetOf(end);
        Extend(frontier);
        _isShown = true;
        _lease = handle.Leases.Take(0, isImplicit: false);
        bool isCompleted = end == Ring.FinalSize;
        if (isCompleted && frontier == _consumed)
        {
            handle.FinishReading();
        }

        ReadOnlySequence<byte> buffer = _first is null
            ? ReadOnlySequence<byte>.Empty
            : new ReadOnlySequence<byte>(_first, (int)(_consumed - _first.Start), _last!, _last!.Memory.Length);
        result = new ReadResult(buffer, isCancelled, isCompleted);
        return true;
    }

    /// <summary>Brings the chain of segments up to the newest byte; the last one may have been part of a block.</summary>
    private void Extend(long frontier)
    {
        if (_last is { } last && last.End < frontier)
        {
            // Only as far as its own block goes.
            last.Extend(Peek(last.Start, frontier));
        }

        for (long position = _last?.End ?? _consumed; position < frontier; position = _last.End)
        {
            if (!_spare.TryPop(out RingSegment? segment))
            {
                segment = new RingSegment(this);
            }

            segment.Set(position, Peek(position, frontier));
            if (_last is null)
            {
                _first = segment;
            }
            else
            {
                _last.Next = segment;
            }

            _last = segment;
        }
    }

    private ReadOnlyMemory<byte> Peek(long offset, long end)
    {
        long position = Payload.PositionOf(offset);
        return Payload.Peek(ref position, end - offset);
    }

    private long OffsetOf(SequencePosition position) => position.GetObject() switch
    {
        RingSegment segment when segment.Owner == this => segment.Start + position.GetInteger(),

        // The empty sequence has positions of its own.
        _ when _first is null => _consumed,
        _ => throw new InvalidOperationException("The position is not of what was read."),
    };

    private void HashUpTo(long offset)
    {
        for (RingSegment? segment = _first; segment is not null && segment.Start < offset; segment = segment.Next)
        {
            int from = (int)(Math.Max(_consumed, segment.Start) - segment.Start);
            handle.Hash(segment.Memory.Span[from..(int)Math.Min(segment.Memory.Length, offset - segment.Start)]);
        }

        if (offset == Payload.Length)
        {
            handle.FinishReading();
        }
    }

    private void ThrowIfCannotRead()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("The reader was completed.");
        }

        if (_isShown)
        {
            throw new InvalidOperationException("The last read was not advanced: call AdvanceTo first.");
        }
    }
}
