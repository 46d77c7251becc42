using System.Buffers;
using FastPath.Serialization.Hashing;
using FsCheck;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class Blake3GroupVerifierTests
{
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;
    private const int NodeBytes = Blake3GroupLayout.NodeBytes;

    public static TheoryData<int> BoundaryLengths => new(
        Enumerable.Range(0, 20).SelectMany(groups => new[] { -1, 0, 1, 1_024, 1_025 }
            .Select(more => (groups * GroupBytes) + more)).Where(length => length >= 0));

    [Theory]
    [MemberData(nameof(BoundaryLengths))]
    public void Every_group_of_a_payload_verifies_in_order_at_every_width(int length)
    {
        byte[] bytes = Blake3TestData.RandomBytes(length, length);
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            ProvenPayload payload = new(bytes, width);
            Assert.Equal(Blake3TestData.OracleHash(bytes), payload.Digest);
            Assert.Equal(bytes, payload.VerifyToEnd(new Blake3GroupVerifier(payload.Digest, payload.Layout, 0, width)));
        }
    }

    [Property(MaxTest = 200, Arbitrary = [typeof(HashInput)])]
    public void A_flipped_bit_is_noticed_at_its_group_and_the_right_bytes_still_pass(
        HashInput input, DoNotSize<uint> startChoice, DoNotSize<uint> flipChoice)
    {
        ProvenPayload payload = new(input);
        long start = startChoice.Item % payload.Layout.GroupCount;
        long streamBits = 8 * payload.StreamBytes(start);
        if (streamBits == 0)
        {
            return;
        }

        long flipAt = flipChoice.Item % streamBits;
        Blake3GroupVerifier verifier = new(payload.Digest, payload.Layout, start);
        while (!verifier.IsComplete)
        {
            byte[] proof = payload.ProofFor(verifier);
            byte[] group = payload.GroupFor(verifier);
            long groupBits = 8L * (proof.Length + group.Length);
            if (flipAt >= 0 && flipAt < groupBits)
            {
                Flip(proof, group, (int)flipAt);
                Assert.False(verifier.TryVerify(proof, group));
                Flip(proof, group, (int)flipAt);
            }

            flipAt -= groupBits;
            Assert.True(verifier.TryVerify(proof, group));
        }

        Assert.True(flipAt < 0);
    }

    [Property(MaxTest = 50, Arbitrary = [typeof(HashInput)])]
    public void Verification_starts_at_any_group(HashInput input)
    {
        ProvenPayload payload = new(input);
        for (long start = 0; start < payload.Layout.GroupCount; start++)
        {
            Blake3GroupVerifier verifier = new(payload.Digest, payload.Layout, start);
            Assert.True(verifier.NextProofBytes <= payload.Layout.Levels * NodeBytes);
            Assert.Equal(input.Bytes[(int)(start * GroupBytes)..], payload.VerifyToEnd(verifier));
        }
    }

    [Property(MaxTest = 100, Arbitrary = [typeof(HashInput)])]
    public void A_wrong_length_is_noticed_at_the_last_group_at_the_latest(HashInput input, HashInput other)
    {
        int claimed = other.Length == input.Length ? other.Length + 1 : other.Length;
        ProvenPayload payload = new(input);
        Blake3GroupVerifier verifier = new(payload.Digest, new Blake3GroupLayout(claimed));
        byte[] padded = new byte[Math.Max(claimed, input.Length)];
        input.Bytes.CopyTo(padded, 0);
        while (!verifier.IsComplete)
        {
            // A sender that wants to deceive fits its bytes to what the receiver expects.
            byte[] proof = new byte[Math.Max(verifier.NextProofBytes, payload.Layout.Levels * NodeBytes)];
            if (verifier.NextGroup < payload.Layout.GroupCount)
            {
                payload.Outboard.WriteProof(verifier.NextGroup, isFirst: false, proof);
            }

            ReadOnlySpan<byte> group = padded.AsSpan((int)(verifier.NextGroup * GroupBytes), verifier.NextGroupBytes);
            if (!verifier.TryVerify(proof.AsSpan(0, verifier.NextProofBytes), group))
            {
                return;
            }
        }

        Assert.Fail($"{input.Length} bytes passed as {claimed}");
    }

    [Property(MaxTest = 50, Arbitrary = [typeof(HashInput)])]
    public void Proofs_and_groups_of_another_size_are_refused_and_so_is_more_after_the_end(HashInput input)
    {
        ProvenPayload payload = new(input);
        Blake3GroupVerifier verifier = new(payload.Digest, payload.Layout);
        while (!verifier.IsComplete)
        {
            byte[] proof = payload.ProofFor(verifier);
            byte[] group = payload.GroupFor(verifier);
            Assert.False(verifier.TryVerify([.. proof, .. new byte[NodeBytes]], group));
            Assert.False(verifier.TryVerify(proof, [.. group, 0]));
            Assert.False(proof.Length > 0 && verifier.TryVerify(proof.AsSpan(1), group));
            Assert.False(group.Length > 0 && verifier.TryVerify(proof, group.AsSpan(1)));
            Assert.True(verifier.TryVerify(proof, group));
        }

        Assert.Equal((0, 0), (verifier.NextProofBytes, verifier.NextGroupBytes));
        Assert.False(verifier.TryVerify([], ReadOnlySpan<byte>.Empty));
    }

    [Fact]
    public void A_group_in_pieces_is_verified_like_one_in_a_row()
    {
        ProvenPayload payload = new(Blake3TestData.RandomBytes(5, (2 * GroupBytes) + 100));
        Blake3GroupVerifier verifier = new(payload.Digest, payload.Layout);
        while (!verifier.IsComplete)
        {
            byte[] proof = payload.ProofFor(verifier);
            byte[] group = payload.GroupFor(verifier);
            Assert.False(verifier.TryVerify(proof, InPieces([.. group, 1])));
            group[^1] ^= 1;
            Assert.False(verifier.TryVerify(proof, InPieces(group)));
            group[^1] ^= 1;
            Assert.True(verifier.TryVerify(proof, InPieces(group)));
        }
    }

    [Fact]
    public void A_start_behind_the_last_group_is_refused()
    {
        Blake3GroupLayout layout = new(100_000);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Blake3GroupVerifier(new byte[32], layout, layout.GroupCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Blake3GroupVerifier(new byte[32], layout, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Blake3GroupVerifier(new byte[31], layout));
    }

    private static void Flip(byte[] proof, byte[] group, int bit)
    {
        byte[] target = bit < 8 * proof.Length ? proof : group;
        int at = bit < 8 * proof.Length ? bit : bit - (8 * proof.Length);
        target[at / 8] ^= (byte)(1 << (at % 8));
    }

    private static ReadOnlySequence<byte> InPieces(byte[] bytes)
    {
        Segment first = new(bytes.AsMemory(0, bytes.Length / 3), 0);
        Segment last = first.Append(bytes.AsMemory(bytes.Length / 3));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
