namespace FastPath.Streams;

/// <summary>Bytes of a stream that lie in its ring until they are released; a few may be held at once, in any order.</summary>
/// <remarks>
/// Released bytes become credit for the sender when all below them are released too. Bytes that are held stay valid after
/// the handle was disposed.
/// </remarks>
public readonly struct StreamSegment : IDisposable
{
    private readonly StreamHandle? _handle;
    private readonly long _lease;

    internal StreamSegment(StreamHandle handle, long lease, long offset, ReadOnlyMemory<byte> memory)
    {
        _handle = handle;
        _lease = lease;
        Offset = offset;
        Memory = memory;
    }

    /// <summary>Empty at the end of the stream.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Where the first byte belongs in the whole payload.</summary>
    public long Offset { get; }

    /// <summary>The end of the stream: there is nothing to release.</summary>
    public bool IsEnd => _handle is null;

    /// <summary>Releases the bytes.</summary>
    /// <exception cref="InvalidOperationException">They were released already.</exception>
    public void Dispose() => _handle?.Release(_lease);
}
