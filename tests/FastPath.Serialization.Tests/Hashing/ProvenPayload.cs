using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Tests.Hashing;

/// <summary>A payload with its digest and proofs: the sender's side of verified streaming.</summary>
internal sealed class ProvenPayload
{
    private readonly byte[] _payload;

    public ProvenPayload(byte[] payload)
        : this(payload, Blake3Widths.Best, builder => builder.Update(payload))
    {
    }

    public ProvenPayload(byte[] payload, Blake3Width width)
        : this(payload, width, builder => builder.Update(payload))
    {
    }

    public ProvenPayload(HashInput input)
        : this(input.Bytes, Blake3Widths.Best, builder => input.Feed(piece => builder.Update(piece.Span)))
    {
    }

    private ProvenPayload(byte[] payload, Blake3Width width, Action<Blake3OutboardBuilder> feed)
    {
        _payload = payload;
        Layout = new Blake3GroupLayout(payload.Length);
        Blake3OutboardBuilder builder = new(Layout, new byte[Layout.OutboardBytes], width);
        feed(builder);
        Outboard = builder.Complete(Digest);
    }

    public Blake3GroupLayout Layout { get; }

    public Blake3Outboard Outboard { get; }

    public byte[] Digest { get; } = new byte[Blake3Hasher.DigestBytes];

    public byte[] ProofFor(Blake3GroupVerifier verifier)
    {
        byte[] proof = new byte[verifier.NextProofBytes];
        bool isFirst = proof.Length != Layout.ProofBytes(verifier.NextGroup, isFirst: false);
        Assert.Equal(proof.Length, Outboard.WriteProof(verifier.NextGroup, isFirst, proof));
        return proof;
    }

    public byte[] GroupFor(Blake3GroupVerifier verifier) =>
        _payload.AsSpan((int)(verifier.NextGroup * Blake3GroupLayout.GroupBytes), verifier.NextGroupBytes).ToArray();

    /// <summary>Bytes of all proofs and groups from <paramref name="start"/> to the end.</summary>
    public long StreamBytes(long start)
    {
        long bytes = Layout.PayloadBytes - (start * Blake3GroupLayout.GroupBytes);
        for (long group = start; group < Layout.GroupCount; group++)
        {
            bytes += Layout.ProofBytes(group, isFirst: group == start);
        }

        return bytes;
    }

    /// <summary>Verifies all that is left and returns it.</summary>
    public byte[] VerifyToEnd(Blake3GroupVerifier verifier)
    {
        List<byte> verified = [];
        while (!verifier.IsComplete)
        {
            byte[] group = GroupFor(verifier);
            Assert.True(verifier.TryVerify(ProofFor(verifier), group), $"group {verifier.NextGroup}");
            verified.AddRange(group);
        }

        return [.. verified];
    }
}
