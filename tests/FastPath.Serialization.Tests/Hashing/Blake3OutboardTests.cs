using FastPath.Serialization.Hashing;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class Blake3OutboardTests
{
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;
    private const int NodeBytes = Blake3GroupLayout.NodeBytes;

    [Property(MaxTest = 100, Arbitrary = [typeof(HashInput)])]
    public void The_proofs_cost_one_node_less_than_there_are_groups_and_the_root_is_the_plain_hash(HashInput input)
    {
        ProvenPayload payload = new(input);
        Assert.Equal(Blake3TestData.OracleHash(input.Bytes), payload.Digest);
        int groups = input.Length == 0 ? 1 : (input.Length + GroupBytes - 1) / GroupBytes;
        Assert.Equal(groups, payload.Layout.GroupCount);
        Assert.Equal(input.Length + ((groups - 1) * NodeBytes), payload.StreamBytes(0));
    }

    [Fact]
    public void Values_of_groups_and_parents_combine_to_the_digest_by_hand()
    {
        byte[] payload = Blake3TestData.RandomBytes(3, (2 * GroupBytes) + 5_000);
        Span<byte> lower = new byte[NodeBytes];
        Span<byte> upper = new byte[NodeBytes];
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Blake3Groups.WriteValue(payload.AsSpan(0, GroupBytes), 0, isRoot: false, lower);
        Blake3Groups.WriteValue(payload.AsSpan(GroupBytes, GroupBytes), 1, isRoot: false, lower[32..]);
        Blake3Groups.WriteParent(lower, isRoot: false, upper);
        Blake3Groups.WriteValue(payload.AsSpan(2 * GroupBytes), 2, isRoot: false, upper[32..]);
        Blake3Groups.WriteParent(upper, isRoot: true, digest);
        Assert.Equal(Blake3TestData.OracleHash(payload), digest);

        Blake3Groups.WriteValue(payload.AsSpan(0, 777), 0, isRoot: true, digest);
        Assert.Equal(Blake3TestData.OracleHash(payload.AsSpan(0, 777)), digest);
    }

    [Fact]
    public void Proving_and_verifying_allocate_nothing_after_construction()
    {
        byte[] payload = Blake3TestData.RandomBytes(4, (9 * GroupBytes) + 5);
        Blake3GroupLayout layout = new(payload.Length);
        byte[] values = new byte[layout.OutboardBytes];
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        byte[] proof = new byte[layout.Levels * NodeBytes];
        Blake3OutboardBuilder warmUp = new(layout, values);
        Blake3OutboardBuilder measured = new(layout, values);
        Blake3GroupVerifier first = new(Blake3TestData.OracleHash(payload), layout);
        Blake3GroupVerifier second = new(Blake3TestData.OracleHash(payload), layout);
        Run(warmUp, first);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isVerified = Run(measured, second);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(isVerified);

        bool Run(Blake3OutboardBuilder builder, Blake3GroupVerifier verifier)
        {
            builder.Update(payload);
            Blake3Outboard outboard = builder.Complete(digest);
            for (int at = 0; at < payload.Length; at += GroupBytes)
            {
                int bytes = outboard.WriteProof(verifier.NextGroup, isFirst: at == 0, proof);
                verifier.TryVerify(proof.AsSpan(0, bytes), payload.AsSpan(at, Math.Min(GroupBytes, payload.Length - at)));
            }

            return verifier.IsComplete;
        }
    }

    [Fact]
    public void Too_little_room_and_too_many_or_too_few_bytes_are_errors()
    {
        Blake3GroupLayout layout = new(100_000);
        Assert.Throws<ArgumentException>(() => new Blake3OutboardBuilder(layout, new byte[layout.OutboardBytes - 1]));
        Blake3OutboardBuilder builder = new(layout, new byte[layout.OutboardBytes]);
        builder.Update(new byte[99_999]);
        Assert.Throws<InvalidOperationException>(() => builder.Complete(new byte[32]));
        Assert.Throws<ArgumentException>(() => builder.Update(new byte[2]));
        builder.Update(new byte[1]);
        builder.Complete(new byte[32]);
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData((1L << 40) + 1)]
    [InlineData(long.MaxValue)]
    public void The_layout_of_the_largest_payloads_does_not_overflow(long length)
    {
        Blake3GroupLayout layout = new(length);
        Assert.InRange(layout.OutboardBytes, layout.GroupCount * 32, layout.GroupCount * 65);
        Assert.InRange(layout.BytesOf(layout.GroupCount - 1), 1, GroupBytes);
        Assert.InRange(layout.ProofBytes(layout.GroupCount - 1, isFirst: true), NodeBytes, layout.Levels * NodeBytes);
        Assert.Equal(1, layout.CountAt(layout.Levels));
        Assert.Equal(2, layout.CountAt(layout.Levels - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Blake3GroupLayout(~length));
    }
}
