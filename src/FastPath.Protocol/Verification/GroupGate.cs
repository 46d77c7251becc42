using FastPath.Protocol.Streams;
using FastPath.Serialization.Hashing;

namespace FastPath.Protocol.Verification;

/// <summary>Lets the groups of one incoming stream through in order, each when all of it has come and is what was announced.</summary>
/// <remarks>
/// Holds one value a level and allocates nothing once it is made. A group that failed stays where it is: nobody behind the
/// gate sees a byte of it. Owned by the loop thread.
/// </remarks>
internal sealed class GroupGate
{
    // A group lies in several blocks of the ring; it is gathered here, once a thread, to be hashed in wide passes.
    [ThreadStatic]
    private static byte[]? _gathered;

    private readonly FragmentRing _ring;
    private readonly VerifiedEncoding _encoding;
    private readonly Blake3GroupVerifier _verifier;
    private readonly StreamCounters _counters;

    // Whatever the readers do, what waits here to be verified is not given back.
    private readonly RingCursor _cursor;

    /// <param name="ring">Begins at the encoding's start offset, and nothing of it was reclaimed.</param>
    /// <param name="encoding">How proofs and groups lie in it.</param>
    /// <param name="digest">BLAKE3 of the payload as announced.</param>
    public GroupGate(FragmentRing ring, in VerifiedEncoding encoding, ReadOnlySpan<byte> digest, StreamCounters counters)
    {
        _ring = ring;
        _encoding = encoding;
        _verifier = new Blake3GroupVerifier(digest, encoding.Layout, encoding.FirstGroup);
        _counters = counters;
        _cursor = ring.TryAddCursor() ?? throw new InvalidOperationException("The ring was reclaimed before it was verified.");
        ring.Payload.Gate();
    }

    /// <summary>A group came that is not what was announced.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Verifies every group that is there.</summary>
    /// <returns>False when one is not what was announced; those before it were let through.</returns>
    public bool TryAdvance()
    {
        while (!HasFailed && !_verifier.IsComplete)
        {
            long group = _verifier.NextGroup;
            long end = _encoding.GroupEnd(group);
            if (end > _ring.Frontier)
            {
                break;
            }

            if (!Verify(group))
            {
                _counters.GroupsFailed++;
                HasFailed = true;
                break;
            }

            _counters.GroupsVerified++;
            _ring.Payload.Release(end);
            _cursor.Advance(end);
        }

        return !HasFailed;
    }

    /// <summary>The stream has ended, or is not verified here: only readers hold the ring from now on.</summary>
    public void Leave() => _ring.RemoveCursor(_cursor);

    private bool Verify(long group)
    {
        Span<byte> proof = stackalloc byte[VerifiedEncoding.ProofBytesMax];
        proof = proof[.._verifier.NextProofBytes];
        _ring.CopyTo(_encoding.ProofStart(group), proof);
        long start = _encoding.GroupStart(group);
        int length = _verifier.NextGroupBytes;
        ReadOnlySpan<byte> inOneBlock = length == 0 ? default : _ring.Peek(start, start + length).Span;
        if (inOneBlock.Length == length)
        {
            return _verifier.TryVerify(proof, inOneBlock);
        }

        Span<byte> gathered = _gathered ??= new byte[Blake3GroupLayout.GroupBytes];
        gathered = gathered[..length];
        _ring.CopyTo(start, gathered);
        return _verifier.TryVerify(proof, gathered);
    }
}
