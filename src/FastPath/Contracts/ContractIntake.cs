using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Contracts;

/// <summary>Takes a contract from a stream while it arrives: parsed, hashed and handed to a writer piece by piece.</summary>
/// <remarks>Nothing is gathered but the parameters, which have a limit; the writer makes it visible only when all is proven.</remarks>
internal sealed class ContractIntake : IContractSink
{
    private readonly IContractWriter _writer;
    private readonly ContractReader _reader;
    private readonly Blake3Hasher? _hasher;
    private readonly List<byte> _parameters = [];
    private readonly TransferJournal? _journal;
    private readonly Action<IContractWriter> _commit;
    private string? _mismatch;

    /// <param name="writer">Of the announced key.</param>
    /// <param name="form">Layout of the payload.</param>
    /// <param name="isPut">A PUT carries related contracts too.</param>
    /// <param name="first">The stream that brings the first byte, or goes on where a journal ends.</param>
    /// <param name="verify">Compare the announced digest with what came; key and code hash are compared in any case.</param>
    /// <param name="journal">Keeps what comes, so that another process can go on; null for none.</param>
    /// <param name="commit">What makes it visible; the writer's own commit when null.</param>
    public ContractIntake(
        IContractWriter writer,
        ContractForm form,
        bool isPut,
        StreamHandle first,
        bool verify,
        TransferJournal? journal = null,
        Action<IContractWriter>? commit = null)
    {
        _writer = writer;
        _commit = commit ?? (static w => w.Commit());
        _journal = journal;
        Digest = first.Digest;
        TotalLength = first.TotalLength;
        _hasher = verify && !Digest.IsEmpty ? new Blake3Hasher() : null;
        _reader = new ContractReader(this, form, isPut, TotalLength);
    }

    /// <summary>Bytes taken so far, from the first one on.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the whole payload, as announced; empty when it was not.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    public long? TotalLength { get; }

    /// <summary>Where another stream of the same payload may go on; none when nothing proves that it is the same.</summary>
    public ResumePoint Resume => Digest.IsEmpty || TotalLength is null ? ResumePoint.None : new ResumePoint(Digest, Bytes);

    /// <summary>Takes what a journal has kept, before any stream.</summary>
    public void Replay(TransferJournal journal, long bytes) => journal.Replay(bytes, piece =>
    {
        Bytes += piece.Length;
        _hasher?.Update(piece);
        _reader.Push(piece);
    });

    /// <summary>Reads a stream to its end and commits; a failure leaves nothing visible and tells the sender why.</summary>
    /// <param name="stream">
    /// Begins at <see cref="Bytes"/>, or before it where a group does: then what has come already is passed over.
    /// </param>
    /// <exception cref="FastPathException">
    /// Corrupt, LocalResource, or why the stream ended early: then another one may go on where it ended.
    /// </exception>
    public async Task RunAsync(StreamHandle stream, CancellationToken cancellationToken)
    {
        long toPass = Bytes - stream.StartOffset;
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes = await stream.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
                if (bytes.IsEmpty)
                {
                    break;
                }

                int passed = (int)Math.Min(toPass, bytes.Length);
                toPass -= passed;
                Take(bytes.Span[passed..], stream);
            }

            Complete(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream.Stop(StreamErrorCode.StoreFailed);
            throw new FastPathException(FastPathError.LocalResource, $"the contract cannot be stored: {e.Message}", e);
        }
        catch (FastPathException e) when (e.Error == FastPathError.Corrupt)
        {
            stream.Stop(StreamErrorCode.Corrupt);
            throw;
        }
    }

    void IContractSink.OnContractKey(ContractKey key) => Match(key == _writer.Key, "the key in front is not the announced one");

    void IContractSink.OnCodeStart(long length) => _writer.BeginCode(length);

    void IContractSink.OnCode(ReadOnlySpan<byte> piece) => _writer.WriteCode(piece);

    void IContractSink.OnParameters(ReadOnlySpan<byte> piece) => _parameters.AddRange(piece);

    void IContractSink.OnContainerKey(ContractKey key)
    {
        Match(key == _writer.Key, "the key behind the contract is not the announced one");
        _writer.SetParameters(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_parameters));
    }

    void IContractSink.OnStateStart(long length) => _writer.BeginState(length);

    void IContractSink.OnState(ReadOnlySpan<byte> piece) => _writer.WriteState(piece);

    private void Take(ReadOnlySpan<byte> bytes, StreamHandle stream)
    {
        Bytes += bytes.Length;
        _hasher?.Update(bytes);
        _reader.Push(bytes);
        _journal?.Append(bytes);
        ThrowIfBad(stream);
    }

    private void Complete(StreamHandle stream)
    {
        _reader.Finish();
        ThrowIfBad(stream);
        Span<byte> digest = stackalloc byte[32];
        _hasher?.Finish(digest);
        Match(_hasher is null || digest.SequenceEqual(Digest.Span), "the content has another digest than announced");
        ThrowIfBad(stream);
        try
        {
            _commit(_writer);
        }
        catch (ContractVerificationException e)
        {
            throw new FastPathException(FastPathError.Corrupt, e.Message, e, Failure(stream));
        }
    }

    private void Match(bool holds, string otherwise) => _mismatch ??= holds ? null : otherwise;

    private void ThrowIfBad(StreamHandle stream)
    {
        if (_reader.Error is { } error)
        {
            throw new FastPathException(FastPathError.Corrupt, $"malformed contract: {error}", transfer: Failure(stream));
        }

        if (_mismatch is not null)
        {
            throw new FastPathException(FastPathError.Corrupt, _mismatch, transfer: Failure(stream));
        }
    }

    private static TransferFailure Failure(StreamHandle stream) =>
        TransferFailure.Of(stream.Stream);
}
