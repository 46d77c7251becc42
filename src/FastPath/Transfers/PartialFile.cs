using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Streams;

namespace FastPath.Transfers;

/// <summary>A payload that is taken into a file, and goes on where it broke: also in another process, and from another peer.</summary>
/// <remarks>
/// Answer an offer with <see cref="OfferAnswer.Accept"/> of <see cref="Bytes"/>, and give the stream that follows to
/// <see cref="ReceiveAsync"/>. The digest is the identity: what is kept under another one is never touched. Not thread-safe.
/// </remarks>
public sealed class PartialFile : IDisposable
{
    private readonly TransferJournal _journal;
    private readonly ReadOnlyMemory<byte> _digest;
    private readonly long _totalLength;

    private PartialFile(TransferJournal journal, ReadOnlyMemory<byte> digest, long totalLength)
    {
        _journal = journal;
        _digest = digest;
        _totalLength = totalLength;
        if (journal.Record is not { } record || record.TotalLength != totalLength || !record.Digest.Span.SequenceEqual(digest.Span))
        {
            journal.Begin(kind: 0, digest, totalLength);
        }
    }

    /// <summary>From the first one on, these are kept: the offset of the first missing byte.</summary>
    public long Bytes => _journal.Bytes;

    /// <summary>Every byte is here; whether they are the right ones, <see cref="Complete"/> finds out.</summary>
    public bool IsComplete => Bytes == _totalLength;

    /// <summary>Opens what is kept of a payload, or begins to keep it; null while another transfer of it is under way.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <param name="digest">BLAKE3 of the whole payload: 32 bytes.</param>
    /// <param name="totalLength">Bytes of the whole payload.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static PartialFile? TryOpen(string folder, ReadOnlyMemory<byte> digest, long totalLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, Blake3Hasher.DigestBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength);
        return TransferJournal.TryOpen(folder, Base58.Encode(digest.Span)) is { } journal
            ? new PartialFile(journal, digest, totalLength)
            : null;
    }

    /// <summary>Takes a stream to its end. When it breaks, what has come is kept, and the next one goes on behind it.</summary>
    /// <param name="stream">Begins at <see cref="Bytes"/>, or before it where a proven group does: then what is here is passed over.</param>
    /// <param name="cancellationToken">Keeps what has come.</param>
    /// <exception cref="ArgumentException">The stream begins elsewhere, or brings another payload.</exception>
    /// <exception cref="FastPathException">Why the stream ended early; LocalResource: the file cannot be written.</exception>
    public async ValueTask ReceiveAsync(StreamHandle stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.StartOffset > Bytes || !stream.Digest.Span.SequenceEqual(_digest.Span))
        {
            throw new ArgumentException($"The stream begins at byte {stream.StartOffset} or has another digest; byte {Bytes} is missing.", nameof(stream));
        }

        long toPass = Bytes - stream.StartOffset;
        try
        {
            while (await stream.ReadAvailableAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } bytes)
            {
                int passed = (int)Math.Min(toPass, bytes.Length);
                toPass -= passed;
                _journal.Append(bytes.Span[passed..]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream.Stop(StreamErrorCode.StoreFailed);
            throw new FastPathException(FastPathError.LocalResource, $"the payload cannot be kept: {e.Message}", e, stream.Failure());
        }
    }

    /// <summary>Proves the whole payload by its digest and gives the file its name, at once and whole.</summary>
    /// <param name="path">On the same volume as the folder; what is there is replaced.</param>
    /// <param name="cancellationToken">Keeps what has come.</param>
    /// <exception cref="FastPathException">Corrupt: it is not what was announced, and nothing of it is kept.</exception>
    /// <exception cref="InvalidOperationException">Bytes are missing.</exception>
    public void Complete(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!IsComplete)
        {
            throw new InvalidOperationException($"{Bytes} of {_totalLength} bytes have come.");
        }

        var hasher = new Blake3Hasher();
        _journal.Replay(Bytes, piece =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            hasher.Update(piece);
        });
        Span<byte> digest = stackalloc byte[Blake3Hasher.DigestBytes];
        hasher.Finish(digest);
        if (!digest.SequenceEqual(_digest.Span))
        {
            _journal.Delete();
            throw new FastPathException(FastPathError.Corrupt, "the payload has another digest than was announced");
        }

        _journal.MoveTo(path);
    }

    /// <summary>Keeps what has come; it may be opened again.</summary>
    public void Dispose() => _journal.Dispose();
}
