namespace FastPath.Streams;

/// <summary>An outgoing stream as a System.IO stream: write-only, forward only.</summary>
internal sealed class WriterStream(OutgoingStream stream, bool completesOnDispose) : Stream
{
    private bool _isDisposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("the stream is written forward only");

    public override long Position
    {
        get => stream.Progress.WrittenBytes;
        set => throw new NotSupportedException("the stream is written forward only");
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        stream.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return stream.WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        ValueTask write = stream.WriteAsync(buffer.AsMemory(offset, count));
        if (write.IsCompletedSuccessfully)
        {
            write.GetAwaiter().GetResult();
        }
        else
        {
            write.AsTask().GetAwaiter().GetResult();
        }
    }

    public override void Flush()
    {
    }

    /// <summary>Waits for room, as flushing the stream itself does.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream is write-only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the stream is written forward only");

    public override void SetLength(long value) => throw new NotSupportedException("the stream is written forward only");

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (completesOnDispose && !_isDisposed)
            {
                await stream.CompleteAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            stream.DisposeNow();
            _isDisposed = true;
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        try
        {
            if (disposing && completesOnDispose && !_isDisposed)
            {
                stream.CompleteAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        finally
        {
            stream.DisposeNow();
            _isDisposed = true;
            base.Dispose(disposing);
        }
    }
}
