using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>What one pass over a payload tells of it: its digest, and the values that prove its groups.</summary>
/// <param name="Digest">BLAKE3 of the payload, 32 bytes; empty when not known.</param>
/// <param name="Outboard">Null when the payload is sent without proofs.</param>
internal sealed record PayloadProof(ReadOnlyMemory<byte> Digest, Blake3Outboard? Outboard)
{
    /// <summary>64 bytes a group: beyond a payload of 4 GiB proofs cost more memory than one transfer may take.</summary>
    public const long OutboardBytesMax = 16 * 1_024 * 1_024;

    private const int BlockBytes = 64 * 1_024;

    public long OutboardBytes => Outboard?.Layout.OutboardBytes ?? 0;

    /// <summary>Reads the payload once.</summary>
    /// <param name="withOutboard">Whether the values are kept as well, when they are not too many.</param>
    public static PayloadProof Compute(IBody payload, bool withOutboard, CancellationToken cancellationToken)
    {
        byte[] block = new byte[BlockBytes];
        var layout = new Blake3GroupLayout(payload.Length);
        if (!withOutboard || layout.OutboardBytes > OutboardBytesMax)
        {
            return new PayloadProof(new Blake3Hasher().Digest(payload, block, cancellationToken), null);
        }

        var builder = new Blake3OutboardBuilder(layout, new byte[layout.OutboardBytes]);
        for (long offset = 0; offset < payload.Length; offset += block.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> piece = block.AsSpan(0, (int)Math.Min(block.Length, payload.Length - offset));
            payload.Read(offset, piece);
            builder.Update(piece);
        }

        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        return new PayloadProof(digest, builder.Complete(digest));
    }

    /// <summary>How the payload is announced: with its length and digest, and with proofs when there are any and they are read.</summary>
    /// <param name="payload">Of this proof.</param>
    /// <param name="description">With proofs, its start offset is moved down to where a group begins.</param>
    /// <param name="readsProofs">Whoever gets the stream.</param>
    public StreamDescription Describe(IBody payload, StreamDescription description, bool readsProofs)
    {
        bool carriesProofs = readsProofs && Outboard is not null;
        return description with
        {
            TotalLength = payload.Length,
            Digest = Digest,
            CarriesProofs = carriesProofs,
            StartOffset = carriesProofs
                ? VerifiedEncoding.RoundDown(payload.Length, description.StartOffset)
                : description.StartOffset,
        };
    }

    /// <summary>What the stream of such a description carries, at its offsets.</summary>
    public IBody BodyOf(IBody payload, StreamDescription description) =>
        description.Encoding is { } encoding ? new VerifiedBody(payload, Outboard.GetValueOrDefault(), encoding) : payload;
}
