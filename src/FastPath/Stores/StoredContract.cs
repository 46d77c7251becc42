using System.Buffers;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Operations;

namespace FastPath.Stores;

/// <summary>One version of a stored contract, readable at any offset until disposed, whatever happens to its key meanwhile.</summary>
/// <remarks>
/// Opening proves header and parameters; <see cref="Verify"/> proves code and state too. Bodies may be read by many threads.
/// </remarks>
public sealed class StoredContract : IDisposable
{
    private readonly ContractHeader _header;
    private readonly IBody _image;
    private readonly IDisposable? _owned;
    private readonly string _source;

    /// <param name="header">Where the sections lie in <paramref name="image"/>.</param>
    /// <param name="image">Holds the sections.</param>
    /// <param name="source">A path or other name, for exceptions.</param>
    /// <param name="owned">Disposed with the entry, but not when this constructor throws.</param>
    /// <exception cref="CorruptContractException">The parameters do not belong to the key.</exception>
    internal StoredContract(ContractHeader header, IBody image, string source, IDisposable? owned)
    {
        _header = header;
        _image = image;
        _source = source;
        _owned = owned;
        byte[] parameters = new byte[header.Parameters.Length];
        image.Read(header.Parameters.Offset, parameters);
        Parameters = parameters;
        if (ContractKey.Derive(Key.Code, new MemoryBody(Parameters)) != Key)
        {
            throw new CorruptContractException(source, "the parameters do not match the key", header.Parameters.Offset);
        }

        Code = new SectionBody(image, header.Code);
        State = header.State is { } state ? new SectionBody(image, state) : null;
    }

    /// <summary>The full key.</summary>
    public ContractKey Key => _header.Key;

    /// <summary>The code.</summary>
    public IBody Code { get; }

    /// <summary>The parameters, in memory.</summary>
    public ReadOnlyMemory<byte> Parameters { get; }

    /// <summary>Null when the contract was stored without a state; a state may also be empty.</summary>
    public IBody? State { get; }

    /// <summary>BLAKE3 of the state, 32 bytes; null when there is no state.</summary>
    public ReadOnlyMemory<byte>? StateDigest => _header.StateDigest;

    /// <summary>As its owner counts; 0 when nothing was said.</summary>
    public ulong StateVersion => _header.StateVersion;

    /// <summary>
    /// BLAKE3 of what <see cref="ToPayload"/> writes, 32 bytes, so that an answer can announce its digest before it reads the
    /// content; null when the store was told not to compute it.
    /// </summary>
    public ReadOnlyMemory<byte>? PayloadDigest => _header.PayloadDigest;

    /// <summary>What answers a GET with all there is; it reads from this entry, so only until it is disposed.</summary>
    public GetStreamingPayload ToPayload() => _header.ToPayload(_image);

    /// <summary>Reads everything once and compares it with key and digests.</summary>
    /// <exception cref="CorruptContractException">A section changed since it was stored.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(ContractWriter.BlockBytes);
        try
        {
            var hasher = new Blake3Hasher();
            if (CodeHash.Read(hasher.Digest(Code, block, cancellationToken)) != Key.Code)
            {
                throw new CorruptContractException(_source, "the code does not match its hash", _header.Code.Offset);
            }

            if (State is not null
                && !hasher.Digest(State, block, cancellationToken).AsSpan().SequenceEqual(_header.StateDigest.GetValueOrDefault().Span))
            {
                throw new CorruptContractException(
                    _source, "the state does not match its digest", _header.State.GetValueOrDefault().Offset);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Closes the file; the bodies must not be read any more.</summary>
    public void Dispose() => _owned?.Dispose();
}
