using System.Buffers;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>Puts the sections of one contract in order, hashes them as they pass and verifies them; the draft keeps them.</summary>
internal sealed class ContractWriter : IContractWriter
{
    /// <summary>Sixteen chunks of the hash, which its widest lanes take at once; small, since a relay holds one for each contract it keeps.</summary>
    public const int BlockBytes = 16 * 1_024;

    private readonly IContractDraft _draft;
    private readonly bool _computesPayloadDigest;
    private readonly Blake3Hasher _hasher = new();
    private readonly DraftSection _code = new("code");
    private readonly DraftSection _parameters = new("parameters");
    private readonly DraftSection _state = new("state");
    private byte[]? _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _filled;
    private int _hashed;
    private DraftSection? _underWay;
    private ulong _stateVersion;
    private bool _isPrepared;
    private bool _ended;

    public ContractWriter(ContractKey key, IContractDraft draft, bool computesPayloadDigest)
    {
        Key = key;
        _draft = draft;
        _computesPayloadDigest = computesPayloadDigest;
    }

    public ContractKey Key { get; }

    public void SetParameters(ReadOnlySpan<byte> parameters)
    {
        BeginParameters(parameters.Length);
        Write(_parameters, parameters);
    }

    public void BeginCode(long length) => Begin(_code, length, []);

    public void WriteCode(ReadOnlySpan<byte> bytes) => Write(_code, bytes);

    public void BeginState(long length) => Begin(_state, length, []);

    public void WriteState(ReadOnlySpan<byte> bytes) => Write(_state, bytes);

    public void SetStateVersion(ulong version)
    {
        RequireNotEnded();
        _stateVersion = version;
    }

    public VersionedState? Prepare()
    {
        if (!_isPrepared)
        {
            Complete();
        }

        return _state.IsBegun
            ? new VersionedState(
                new SectionBody(_draft.Image, _state.Section), _stateVersion, _state.Digest)
            : null;
    }

    public void Commit()
    {
        if (!_isPrepared)
        {
            Complete();
        }

        RequireNotEnded();
        _ended = true;
        _draft.Publish(MakeHeader());
    }

    public void Dispose()
    {
        _ended = true;
        _draft.Dispose();
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private void Complete()
    {
        if (!_code.IsBegun)
        {
            BeginCode(0);
        }

        if (!_parameters.IsBegun)
        {
            BeginParameters(0);
        }

        RequireBetweenSections();
        bool codeMatches = CodeHash.Read(_code.Digest) == Key.Code;
        bool parametersMatch = ContractInstanceId.Read(_parameters.Digest) == Key.Instance;
        if (!codeMatches || !parametersMatch)
        {
            _ended = true;
            throw new ContractVerificationException(Key, codeMatches, parametersMatch);
        }

        AppendBlock();
        _isPrepared = true;
    }

    // The instance hashes the code hash before the parameters.
    private void BeginParameters(long length)
    {
        Span<byte> codeHash = stackalloc byte[CodeHash.Length];
        Key.Code.Write(codeHash);
        Begin(_parameters, length, codeHash);
    }

    private void Begin(DraftSection section, long length, ReadOnlySpan<byte> hashedBefore)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        RequireBetweenSections();
        if (_isPrepared)
        {
            throw new InvalidOperationException("The writer was prepared: nothing is written any more.");
        }

        if (section.IsBegun)
        {
            throw new InvalidOperationException($"The {section.Name} was begun before.");
        }

        section.Begin(_draft.Length + _filled, length);
        _hasher.Reset();
        _hasher.Update(hashedBefore);
        _underWay = section;
        CompleteAtEnd(section);
    }

    private void Write(DraftSection section, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty && section.IsBegun)
        {
            return;
        }

        RequireNotEnded();
        if (_underWay != section)
        {
            throw new InvalidOperationException($"The {section.Name} is not under way.");
        }

        if (bytes.Length > section.Remaining)
        {
            throw new ArgumentException(
                $"{bytes.Length} bytes for the {section.Name}, of which only {section.Remaining} are to come.", nameof(bytes));
        }

        section.Advance(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (_filled == BlockBytes)
            {
                AppendBlock();
            }

            int take = Math.Min(bytes.Length, BlockBytes - _filled);
            bytes[..take].CopyTo(_block.AsSpan(_filled));
            _filled += take;
            bytes = bytes[take..];
        }

        CompleteAtEnd(section);
    }

    private void CompleteAtEnd(DraftSection section)
    {
        if (section.Remaining == 0)
        {
            HashBlock();
            _hasher.Finish(section.Digest);
            _underWay = null;
        }
    }

    private void HashBlock()
    {
        _hasher.Update(_block.AsSpan(_hashed, _filled - _hashed));
        _hashed = _filled;
    }

    private void AppendBlock()
    {
        HashBlock();

        // A block that did not reach the draft is lost, and with it the contract.
        _ended = true;
        _draft.Append(_block.AsSpan(0, _filled));
        _ended = false;
        _filled = 0;
        _hashed = 0;
    }

    private ContractHeader MakeHeader()
    {
        var header = new ContractHeader(
            Key,
            _code.Section,
            _parameters.Section,
            _state.IsBegun ? _state.Section : null,
            _state.IsBegun ? _state.Digest : default(ReadOnlyMemory<byte>?),
            PayloadDigest: null,
            _stateVersion);
        return _computesPayloadDigest
            ? header with { PayloadDigest = _hasher.Digest(header.ToPayload(_draft.Image).StartSerialize(), _block) }
            : header;
    }

    private void RequireNotEnded()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The writer was committed, failed or was disposed.");
        }
    }

    private void RequireBetweenSections()
    {
        RequireNotEnded();
        if (_underWay is { } section)
        {
            throw new InvalidOperationException($"The {section.Name} is not complete: {section.Remaining} bytes are to come.");
        }
    }
}
