using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Feeds a slow target from a reader that never waits for it: what the target has no room for goes through a file.</summary>
/// <remarks>
/// Two turns that never write at once: the filling one writes to the target itself only while the file is empty, the draining one
/// only while it is not, and takes bytes out of the file after they lie in the target's ring.
/// </remarks>
internal sealed class SpillPump(RingWriter target, SpillFile file)
{
    private readonly AsyncSignal _changed = new();
    private volatile bool _isFilled;

    /// <summary>Runs until the target has everything; the target is told of a failure.</summary>
    /// <exception cref="FastPathException">TooSlow, or why the source or the target ended early.</exception>
    /// <exception cref="IOException">The file cannot be used.</exception>
    public async ValueTask RunAsync(StreamHandle source, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task drain = Task.CompletedTask;
        try
        {
            _ = CancelAtEndAsync(stop);
            drain = Task.Run(() => DrainAsync(stop), CancellationToken.None);
            await FillAsync(source, stop.Token).ConfigureAwait(false);
            _isFilled = true;
            _changed.Set();
            await drain.ConfigureAwait(false);
            target.Finish(target.Ring.Frontier);
            await target.WaitForEndAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            target.Reset(e is FastPathException known ? StreamFailures.CodeOf(known.Error) : CodeOf(e));
            await stop.CancelAsync().ConfigureAwait(false);
            Exception? drained = await FailureOf(drain).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (e is OperationCanceledException)
            {
                // Either turn, or the target's end, has stopped the other one: the cause is what counts.
                if (drained is not null and not OperationCanceledException)
                {
                    throw drained;
                }

                target.ThrowIfEnded();
            }

            throw;
        }
    }

    private static StreamErrorCode CodeOf(Exception e) => e is IOException ? StreamErrorCode.StoreFailed : StreamErrorCode.Cancelled;

    private static async Task<Exception?> FailureOf(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private async Task CancelAtEndAsync(CancellationTokenSource stop)
    {
        await target.Ended.ConfigureAwait(false);
        try
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The pump was done before its target had ended.
        }
    }

    private async Task FillAsync(StreamHandle source, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadOnlyMemory<byte> bytes = await source.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            if (bytes.IsEmpty)
            {
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (file.Bytes == 0)
            {
                bytes = bytes[target.Append(bytes.Span)..];
            }

            if (!bytes.IsEmpty)
            {
                file.Append(bytes.Span);
                _changed.Set();
            }
        }
    }

    private async Task DrainAsync(CancellationTokenSource stop)
    {
        try
        {
            while (!_isFilled || file.Bytes > 0)
            {
                if (file.Bytes == 0)
                {
                    await _changed.WaitAsync(stop.Token).ConfigureAwait(false);
                    continue;
                }

                Memory<byte> space = await target.GetSpaceAsync(stop.Token).ConfigureAwait(false);
                int count = file.Peek(space.Span);
                target.Commit(count);
                file.Take(count);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
