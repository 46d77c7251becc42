using System.Buffers;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>One version of a stored contract, readable at any offset until disposed, whatever happens to its key meanwhile.</summary>
/// <remarks>
/// Opening proves header and parameters; <see cref="Verify"/> proves code and state too. Bodies may be read by many threads.
/// </remarks>
public sealed class StoredContract : IDisposable
{
    private const int BlockBytes = 64 * 1_024;

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
        VerifyParameters();
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

    /// <summary>
    /// BLAKE3 of the streaming payload that answers a GET with key, state and contract, 32 bytes; null when the store was told
    /// not to compute it.
    /// </summary>
    public ReadOnlyMemory<byte>? PayloadDigest => _header.PayloadDigest;

    /// <summary>Reads everything once and compares it with key and digests.</summary>
    /// <exception cref="CorruptContractException">A section changed since it was stored.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public void Verify(CancellationToken cancellationToken = default)
    {
        Span<byte> digest = stackalloc byte[Blake3Hasher.DigestBytes];
        Hash(_header.Code, digest, cancellationToken);
        if (CodeHash.Read(digest) != Key.Code)
        {
            throw new CorruptContractException(_source, "the code does not match its hash", _header.Code.Offset);
        }

        if (_header is { State: { } state, StateDigest: { } stateDigest })
        {
            Hash(state, digest, cancellationToken);
            if (!digest.SequenceEqual(stateDigest.Span))
            {
                throw new CorruptContractException(_source, "the state does not match its digest", state.Offset);
            }
        }
    }

    /// <summary>Closes the file; the bodies must not be read any more.</summary>
    public void Dispose() => _owned?.Dispose();

    private void VerifyParameters()
    {
        Span<byte> bytes = stackalloc byte[Blake3Hasher.DigestBytes];
        var hasher = new Blake3Hasher();
        Key.Code.Write(bytes);
        hasher.Update(bytes);
        hasher.Update(Parameters.Span);
        hasher.Finish(bytes);
        if (ContractInstanceId.Read(bytes) != Key.Instance)
        {
            throw new CorruptContractException(_source, "the parameters do not match the key", _header.Parameters.Offset);
        }
    }

    private void Hash(BodySection section, Span<byte> digest, CancellationToken cancellationToken)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var hasher = new Blake3Hasher();
            hasher.UpdateFrom(_image, section, block, cancellationToken);
            hasher.Finish(digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
