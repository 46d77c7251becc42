namespace FastPath.Streams;

/// <summary>A handle as a System.IO stream: readable, forward only. Disposing it disposes the handle.</summary>
internal sealed class HandleStream(StreamHandle handle) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    /// <exception cref="NotSupportedException">The length is not known yet.</exception>
    public override long Length => handle.TotalLength ?? throw new NotSupportedException("the length was not announced");

    public override long Position
    {
        get => handle.Position;
        set => throw new NotSupportedException("the stream is read forward only");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        ReadOnlyMemory<byte> bytes = await handle.ReadAsync(buffer.Length, cancellationToken).ConfigureAwait(false);
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        ValueTask<ReadOnlyMemory<byte>> read = handle.ReadAsync(buffer.Length);
        ReadOnlyMemory<byte> bytes = read.IsCompletedSuccessfully ? read.Result : read.AsTask().GetAwaiter().GetResult();
        bytes.Span.CopyTo(buffer);
        return bytes.Length;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Writes from the ring itself, without a buffer between.</summary>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        while (true)
        {
            ReadOnlyMemory<byte> bytes = await handle.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            if (bytes.IsEmpty)
            {
                return;
            }

            await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the stream is read forward only");

    public override void SetLength(long value) => throw new NotSupportedException("the stream is read only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("the stream is read only");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            handle.Dispose();
        }

        base.Dispose(disposing);
    }
}
