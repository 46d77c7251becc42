using FastPath.Serialization.Bodies;

namespace FastPath.Streams;

/// <summary>A stream to one peer, written in order.</summary>
/// <remarks>
/// One writer at a time. Writing waits when the receiver or the path is slower; nothing is dropped. Disposing before
/// <see cref="CompleteAsync"/> gives the stream up, and the reader at the other end is told.
/// </remarks>
public sealed class OutgoingStream : IAsyncDisposable
{
    private readonly RingWriter _writer;
    private bool _isFinished;

    internal OutgoingStream(RingWriter writer) => _writer = writer;

    /// <summary>Names the transfer at both ends and at every relay between them.</summary>
    public UInt128 TransferId => _writer.Description.TransferId;

    /// <summary>Bytes that every target has acknowledged without a gap.</summary>
    public long AcknowledgedBytes => _writer.Ring.Payload.OffsetOf(_writer.Ring.ReclaimedTo);

    internal RingWriter Writer => _writer;

    /// <summary>Waits for free slots of the stream's ring and gives some memory of them, to be filled in place.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    public ValueTask<Memory<byte>> GetMemoryAsync(CancellationToken cancellationToken = default) =>
        _writer.GetSpaceAsync(cancellationToken);

    /// <summary>The first bytes of the memory are payload now.</summary>
    public void Advance(int bytes) => _writer.Commit(bytes);

    /// <summary>Copies bytes into the stream; returns when all of them lie in its ring, to be sent.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        while (!bytes.IsEmpty)
        {
            Memory<byte> space = await GetMemoryAsync(cancellationToken).ConfigureAwait(false);
            int count = Math.Min(space.Length, bytes.Length);
            bytes[..count].CopyTo(space);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Reads a body from an offset to its end, straight into the stream's ring.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    public async ValueTask WriteAsync(IBody body, long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        while (from < body.Length)
        {
            Memory<byte> space = await GetMemoryAsync(cancellationToken).ConfigureAwait(false);
            int count = (int)Math.Min(space.Length, body.Length - from);
            body.Read(from, space.Span[..count]);
            Advance(count);
            from += count;
        }
    }

    /// <summary>Says that nothing follows, and waits until the next hop has acknowledged every byte.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (!_isFinished)
        {
            _isFinished = true;
            _writer.Finish(_writer.Ring.Frontier);
        }

        return _writer.WaitForEndAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }
}
