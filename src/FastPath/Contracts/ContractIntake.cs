using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;
using FastPath.Streams;

namespace FastPath.Contracts;

/// <summary>Takes a contract from a stream while it arrives: parsed, hashed and handed to a writer piece by piece.</summary>
/// <remarks>Nothing is gathered but the parameters, which have a limit; the writer makes it visible only when all is proven.</remarks>
internal sealed class ContractIntake : IContractSink
{
    private readonly IContractWriter _writer;
    private readonly ContractReader _reader;
    private readonly Blake3Hasher? _digest;
    private readonly ReadOnlyMemory<byte> _announcedDigest;
    private readonly List<byte> _parameters = [];
    private string? _mismatch;

    private ContractIntake(
        IContractWriter writer, ContractForm form, bool isPut, long? totalLength, ReadOnlyMemory<byte> announcedDigest)
    {
        _writer = writer;
        _announcedDigest = announcedDigest;
        _digest = announcedDigest.IsEmpty ? null : new Blake3Hasher();
        _reader = new ContractReader(this, form, isPut, totalLength);
    }

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads the stream to its end and commits; a failure leaves nothing visible and tells the sender why.</summary>
    /// <exception cref="FastPathException">Corrupt, StoreFailed, or why the stream ended early.</exception>
    public static async Task<ContractIntake> RunAsync(
        StreamHandle stream,
        IContractWriter writer,
        ContractForm form,
        bool isPut,
        bool verify,
        CancellationToken cancellationToken)
    {
        var intake = new ContractIntake(writer, form, isPut, stream.TotalLength, verify ? stream.Digest : default);
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes = await stream.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
                if (bytes.IsEmpty)
                {
                    break;
                }

                intake.Take(bytes.Span, stream);
            }

            intake.Complete(stream);
            return intake;
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
        _digest?.Update(bytes);
        _reader.Push(bytes);
        ThrowIfBad(stream);
    }

    private void Complete(StreamHandle stream)
    {
        _reader.Finish();
        ThrowIfBad(stream);
        Span<byte> digest = stackalloc byte[32];
        _digest?.Finish(digest);
        Match(_digest is null || digest.SequenceEqual(_announcedDigest.Span), "the content has another digest than announced");
        ThrowIfBad(stream);
        try
        {
            _writer.Commit();
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
        new(stream.TransferId, IsSender: false, stream.ReceivedBytes, stream.TotalLength);
}
