namespace FastPath.Streams;

/// <summary>Passes fragments on to one or more peers as they come, in any order, from one ring.</summary>
/// <remarks>
/// Fragment n (from 1) covers bytes (n - 1) x size to n x size of the payload; only the last is shorter. Each hop cuts anew to
/// its own path. A fragment beyond the window waits until the slowest target has come that far.
/// </remarks>
public sealed class PipedStream : IAsyncDisposable
{
    private readonly RingWriter _writer;
    private readonly long _totalLength;

    internal PipedStream(RingWriter writer, int fragmentBytes)
    {
        _writer = writer;
        _totalLength = writer.Description.TotalLength;
        FragmentBytes = fragmentBytes;
        writer.Ring.TrySetFinalSize(_totalLength);
        if (_totalLength == 0)
        {
            writer.Finish(0);
        }
    }

    /// <summary>Bytes of every fragment but the last.</summary>
    public int FragmentBytes { get; }

    /// <summary>Fragments of the payload.</summary>
    public long FragmentCount => (_totalLength + FragmentBytes - 1) / FragmentBytes;

    /// <summary>Every fragment has been piped.</summary>
    public bool IsComplete => _writer.Ring.IsComplete;

    /// <summary>Pipes one fragment; one that was piped before changes nothing.</summary>
    /// <param name="fragmentNumber">From 1.</param>
    /// <param name="data">Exactly the fragment's bytes.</param>
    /// <param name="cancellationToken">Ends the wait for the window.</param>
    /// <returns>Whether every fragment has now been piped.</returns>
    /// <exception cref="ArgumentException">No such fragment, or not its length.</exception>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public async ValueTask<bool> PipeFragmentAsync(
        uint fragmentNumber, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(fragmentNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fragmentNumber, FragmentCount);
        long offset = (fragmentNumber - 1L) * FragmentBytes;
        long expected = Math.Min(FragmentBytes, _totalLength - offset);
        if (data.Length != expected)
        {
            throw new ArgumentException(
                $"fragment {fragmentNumber} of {FragmentCount} has {expected} bytes, not {data.Length}", nameof(data));
        }

        if (await _writer.WriteAtAsync(offset, data, cancellationToken).ConfigureAwait(false) && IsComplete)
        {
            _writer.Finish(_totalLength);
        }

        return IsComplete;
    }

    /// <summary>Waits until every target has acknowledged every byte.</summary>
    /// <exception cref="FastPathException">Why one has not.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) => _writer.WaitForEndAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }
}
