using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>A target that reads from the shared ring in this process: a reader of this node, or one behind a spill file.</summary>
internal sealed class ReaderBranch : FanOutBranch, IFanOutMember, IDisposable
{
    private readonly StreamHandle _handle;
    private readonly Func<StreamHandle, CancellationToken, ValueTask> _read;
    private readonly SpillFile? _spill;
    private readonly RingWriter? _spillTarget;
    private readonly StreamHandle? _behind;
    private readonly TaskCompletionSource<StreamErrorCode> _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FastPathException? _failure;
    private volatile bool _hasEnded;

    /// <summary>A reader that takes the bytes from the shared ring itself.</summary>
    public ReaderBranch(FanOutTarget target, StreamHandle handle)
        : base(target.Policy)
    {
        _handle = handle;
        _read = (source, cancellation) => ReadOrAbandonAsync(target.Read!, source, cancellation);
    }

    /// <summary>A peer or reader behind a spill file.</summary>
    /// <param name="spillTarget">A ring of its own, to the peer, or to nobody.</param>
    /// <param name="behind">The reader of that ring; null when a peer takes it.</param>
    public ReaderBranch(FanOutTarget target, StreamHandle handle, RingWriter spillTarget, StreamHandle? behind)
        : base(target.Policy)
    {
        _handle = handle;
        _spill = new SpillFile(target.Policy.SpillFolder!, target.Policy.SpillBytesMax);
        _spillTarget = spillTarget;
        _behind = behind;
        _read = behind is null
            ? new SpillPump(spillTarget, _spill).RunAsync
            : (source, cancellation) => RunBehindAsync(source, target.Read!, cancellation);
    }

    public override long TakenBytes =>
        _behind?.Leases.Cursor.Position ?? _spillTarget?.Routes[0].Position ?? _handle.Leases.Cursor.Position;

    public override bool HasEnded => _hasEnded;

    public override FastPathException? Failure => _failure;

    public override long SpilledBytes => _spill?.Bytes ?? 0;

    public override IFanOutMember Member => this;

    bool IFanOutMember.IsLive => !_hasEnded;

    long IFanOutMember.Position => _handle.Leases.Cursor.Position;

    void IFanOutMember.DropTooSlow(Instant now) => Abandon(StreamErrorCode.TooSlow);

    /// <summary>Goes on without the reader, also when it does not come back from what it does.</summary>
    public void Abandon(StreamErrorCode code)
    {
        _handle.Fail(code);
        _behind?.Fail(code);
        _abandoned.TrySetResult(code);
    }

    /// <summary>Reads to the end; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _read(_handle, cancellationToken).ConfigureAwait(false);
            if (!_handle.IsComplete)
            {
                _failure = StreamFailures.Create(StreamErrorCode.Cancelled, _handle.Failure());
            }
        }
        catch (Exception e)
        {
            _failure = e as FastPathException ?? Wrap(e);
        }
        finally
        {
            Dispose();
            _hasEnded = true;
        }
    }

    /// <summary>Gives everything back; after the last read and write.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        _behind?.Dispose();
        _spillTarget?.Dispose();
        _spill?.Dispose();
    }

    private FastPathException Wrap(Exception e) => e switch
    {
        // Its handle was failed under its hands, and it says so in its own way.
        _ when _handle.FailureCode is { } code => StreamFailures.Create(code, _handle.Failure()),
        OperationCanceledException => StreamFailures.Create(StreamErrorCode.Cancelled, _handle.Failure()),
        IOException or UnauthorizedAccessException => new FastPathException(FastPathError.LocalResource, e.Message, e, _handle.Failure()),
        _ => new FastPathException(FastPathError.StoreFailed, $"the reader failed: {e.Message}", e, _handle.Failure()),
    };

    private async ValueTask ReadOrAbandonAsync(
        Func<StreamHandle, CancellationToken, ValueTask> read, StreamHandle handle, CancellationToken cancellationToken)
    {
        Task reading = read(handle, cancellationToken).AsTask();
        if (await Task.WhenAny(reading, _abandoned.Task).ConfigureAwait(false) == reading)
        {
            await reading.ConfigureAwait(false);
            return;
        }

        throw StreamFailures.Create(await _abandoned.Task.ConfigureAwait(false), handle.Failure());
    }

    private async ValueTask RunBehindAsync(
        StreamHandle source, Func<StreamHandle, CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        Task pump = new SpillPump(_spillTarget!, _spill!).RunAsync(source, cancellationToken).AsTask();
        try
        {
            await ReadOrAbandonAsync(read, _behind!, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The ring behind the file ends with its only reader.
            _behind!.Dispose();
            await pump.ConfigureAwait(false);
        }
    }
}
