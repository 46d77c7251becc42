using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace FastPath.Streams;

/// <summary>An outgoing stream as a pipe writer: memory of the ring, or a buffer where the ring has no piece large enough.</summary>
internal sealed class RingPipeWriter(OutgoingStream stream) : PipeWriter
{
    private const int StagingBytesMin = 4_096;

    private byte[] _staging = [];
    private int _stagedFrom;
    private int _stagedTo;
    private int _lent;
    private bool _isStaging;
    private bool _isCompleted;
    private volatile bool _isCancelled;

    public override bool CanGetUnflushedBytes => true;

    /// <summary>What waits in the buffer; bytes in the ring have left already.</summary>
    public override long UnflushedBytes => _stagedTo - _stagedFrom;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ThrowIfCompleted();
        int wanted = Math.Max(1, sizeHint);
        if (TryDrain() && stream.TryGetMemory(out Memory<byte> memory, wanted))
        {
            _isStaging = false;
            _lent = memory.Length;
            return memory;
        }

        MakeRoom(wanted);
        _isStaging = true;
        _lent = _staging.Length - _stagedTo;
        return _staging.AsMemory(_stagedTo);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ThrowIfCompleted();
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _lent);
        _lent = 0;
        if (_isStaging)
        {
            _stagedTo += bytes;
        }
        else
        {
            stream.Advance(bytes);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        _lent = 0;
        stream.Enter();
        try
        {
            while (!_isCancelled)
            {
                if (TryDrainEntered() && (stream.RoomBytes == 0 || stream.Writer.TryGetSpace(out _)))
                {
                    stream.Writer.GiveBack();
                    return new FlushResult(isCanceled: false, isCompleted: false);
                }

                await stream.Writer.WaitForChangeAsync(cancellationToken).ConfigureAwait(false);
            }

            _isCancelled = false;
            return new FlushResult(isCanceled: true, isCompleted: false);
        }
        finally
        {
            stream.Exit();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        // What waits in the buffer goes first.
        while (UnflushedBytes > 0)
        {
            FlushResult flushed = await FlushAsync(cancellationToken).ConfigureAwait(false);
            if (flushed.IsCanceled)
            {
                return flushed;
            }
        }

        ThrowIfCompleted();
        await stream.WriteAsync(source, cancellationToken).ConfigureAwait(false);
        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    public override void CancelPendingFlush()
    {
        _isCancelled = true;
        stream.Writer.Wake();
    }

    /// <summary>Waits until all lies in the ring; the stream is disposed when the next hop has all of it. With an exception, it is given up.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        try
        {
            if (exception is null)
            {
                DrainAsync().AsTask().GetAwaiter().GetResult();
                stream.Finish();
                _ = stream.Writer.Ended.ContinueWith(
                    static (_, state) => ((OutgoingStream)state!).DisposeNow(),
                    stream,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
            else
            {
                GiveUp(exception);
            }
        }
        catch
        {
            stream.DisposeNow();
            throw;
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Waits until the next hop has every byte; with an exception, the stream is given up.</summary>
    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        try
        {
            if (exception is null)
            {
                await DrainAsync().ConfigureAwait(false);
                Release();
                await stream.CompleteAsync().ConfigureAwait(false);
            }
            else
            {
                GiveUp(exception);
            }
        }
        finally
        {
            Release();
            stream.DisposeNow();
        }
    }

    private void GiveUp(Exception exception)
    {
        stream.Abort(exception is FastPathException { Error: var error } ? error : FastPathError.Cancelled);
        stream.DisposeNow();
    }

    private async ValueTask DrainAsync()
    {
        while (UnflushedBytes > 0)
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <returns>Whether nothing waits in the buffer any more.</returns>
    private bool TryDrain()
    {
        if (UnflushedBytes == 0)
        {
            return true;
        }

        stream.Enter();
        try
        {
            return TryDrainEntered();
        }
        finally
        {
            stream.Exit();
        }
    }

    private bool TryDrainEntered()
    {
        if (UnflushedBytes > stream.RoomBytes)
        {
            throw new InvalidOperationException("More bytes were written than were announced.");
        }

        if (UnflushedBytes > 0)
        {
            _stagedFrom += stream.Writer.Append(_staging.AsSpan(_stagedFrom, _stagedTo - _stagedFrom));
        }

        if (_stagedFrom < _stagedTo)
        {
            return false;
        }

        _stagedFrom = 0;
        _stagedTo = 0;
        return true;
    }

    private void MakeRoom(int wanted)
    {
        int unflushed = _stagedTo - _stagedFrom;
        if (unflushed + (long)wanted > Math.Max(stream.Writer.Ring.Capacity, StagingBytesMin) && unflushed > 0)
        {
            throw new InvalidOperationException($"{unflushed} bytes wait to be flushed: flush before more is written.");
        }

        if (_staging.Length - _stagedTo >= wanted)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(StagingBytesMin, unflushed + wanted));
        _staging.AsSpan(_stagedFrom, unflushed).CopyTo(larger);
        ReturnStaging();
        _staging = larger;
        _stagedFrom = 0;
        _stagedTo = unflushed;
    }

    private void Release()
    {
        _isCompleted = true;
        _lent = 0;
        _stagedFrom = 0;
        _stagedTo = 0;
        ReturnStaging();
        _staging = [];
    }

    private void ReturnStaging()
    {
        if (_staging.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_staging);
        }
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("The writer was completed.");
        }
    }
}
