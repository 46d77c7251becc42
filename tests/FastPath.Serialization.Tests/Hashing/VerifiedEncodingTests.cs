using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class VerifiedEncodingTests
{
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;

    public static TheoryData<long> Lengths => [.. EdgeLengths()];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_position_is_that_of_the_proofs_and_groups_before_it(long length)
    {
        var layout = new Blake3GroupLayout(length);
        for (long first = 0; first < layout.GroupCount; first++)
        {
            var encoding = new VerifiedEncoding(length, first * GroupBytes);
            long position = first * GroupBytes;
            for (long group = first; group < layout.GroupCount; group++)
            {
                Assert.Equal(position, encoding.ProofStart(group));
                position += layout.ProofBytes(group, isFirst: group == first);
                Assert.Equal(position, encoding.GroupStart(group));
                position += layout.BytesOf(group);
                Assert.Equal(position, encoding.GroupEnd(group));
            }

            Assert.Equal(position, encoding.FinalSize);
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_position_leads_to_its_group_and_payload_offset_and_back(long length)
    {
        var layout = new Blake3GroupLayout(length);
        for (long first = 0; first < layout.GroupCount; first += 3)
        {
            var encoding = new VerifiedEncoding(length, first * GroupBytes);
            for (long group = first; group < layout.GroupCount; group++)
            {
                long start = encoding.GroupStart(group);
                long end = encoding.GroupEnd(group);
                Assert.Equal(group, encoding.GroupAt(encoding.ProofStart(group)));
                Assert.Equal(group * GroupBytes, encoding.PayloadOffset(encoding.ProofStart(group)));
                Assert.Equal(group * GroupBytes, encoding.PayloadOffset(start));
                Assert.Equal((group * GroupBytes) + layout.BytesOf(group), encoding.PayloadOffset(end));
                if (end > start)
                {
                    Assert.Equal(group, encoding.GroupAt(end - 1));
                    Assert.Equal(end - 1, encoding.PositionOf(encoding.PayloadOffset(end - 1)));
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(GroupBytes, GroupBytes, false)]
    [InlineData(GroupBytes + 1, GroupBytes, true)]
    [InlineData(GroupBytes + 1, 1, false)]
    [InlineData(100, -GroupBytes, false)]
    [InlineData(-1, 0, false)]
    public void A_stream_starts_where_a_group_begins(long length, long offset, bool expected) =>
        Assert.Equal(expected, VerifiedEncoding.IsStart(length, offset));

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rounding_down_leaves_at_least_one_group(long length)
    {
        foreach (long offset in (long[])[0, 1, GroupBytes - 1, GroupBytes, length - 1, length])
        {
            if (offset >= 0 && offset <= length)
            {
                long start = VerifiedEncoding.RoundDown(length, offset);
                Assert.True(VerifiedEncoding.IsStart(length, start) && start <= offset, $"{offset} of {length}: {start}");
                Assert.True(offset - start <= GroupBytes);
            }
        }
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData((1L << 40) - 1)]
    [InlineData(1L << 62)]
    public void Proofs_stay_below_one_percent_and_their_bound_at_any_length(long length)
    {
        var encoding = new VerifiedEncoding(length, 0);
        Assert.InRange(encoding.FinalSize - length, 0, length / 200);
        Assert.InRange(encoding.GroupStart(0), 1, VerifiedEncoding.ProofBytesMax);
        Assert.True(length > 1L << 40 || 2 * (GroupBytes + encoding.GroupStart(0)) <= VerifiedEncoding.WindowBytesMin);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_body_reads_proofs_and_groups_in_pieces_of_any_size(long length)
    {
        byte[] payload = Blake3TestData.RandomBytes(9, (int)length);
        var proven = new ProvenPayload(payload);
        foreach (long first in (long[])[0, proven.Layout.GroupCount - 1, proven.Layout.GroupCount / 2])
        {
            var encoding = new VerifiedEncoding(length, first * GroupBytes);
            var body = new VerifiedBody(new MemoryBody(payload), proven.Outboard, encoding);
            byte[] whole = new byte[body.Length - encoding.StartOffset];
            body.Read(encoding.StartOffset, whole);
            var verifier = new Blake3GroupVerifier(proven.Digest, proven.Layout, first);
            for (int at = 0; !verifier.IsComplete;)
            {
                ReadOnlySpan<byte> proof = whole.AsSpan(at, verifier.NextProofBytes);
                ReadOnlySpan<byte> group = whole.AsSpan(at + proof.Length, verifier.NextGroupBytes);
                at += proof.Length + group.Length;
                Assert.True(verifier.TryVerify(proof, group));
            }

            byte[] pieces = new byte[whole.Length];
            for (int at = 0; at < pieces.Length; at += 1_001)
            {
                body.Read(encoding.StartOffset + at, pieces.AsSpan(at, Math.Min(1_001, pieces.Length - at)));
            }

            Assert.Equal(whole, pieces);
        }
    }

    private static IEnumerable<long> EdgeLengths()
    {
        yield return 0;
        yield return 1;
        foreach (int groups in (int[])[1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33])
        {
            yield return (groups * GroupBytes) - 1;
            yield return groups * GroupBytes;
            yield return (groups * GroupBytes) + 1;
        }
    }
}
