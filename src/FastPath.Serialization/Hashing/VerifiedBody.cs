using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Hashing;

/// <summary>A payload with its proofs, as a verified stream carries it: readable at any position, made while it is read.</summary>
/// <remarks>
/// Positions are those of <see cref="VerifiedEncoding"/>; nothing lies below the start offset. Not thread-safe, and no safer
/// than the payload.
/// </remarks>
internal sealed class VerifiedBody(IBody payload, Blake3Outboard outboard, VerifiedEncoding encoding) : IBody
{
    private readonly byte[] _proof = new byte[VerifiedEncoding.ProofBytesMax];

    public long Length { get; } = encoding.FinalSize;

    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, encoding.StartOffset);
        while (!destination.IsEmpty)
        {
            int count = ReadSome(offset, destination);
            offset += count;
            destination = destination[count..];
        }
    }

    /// <summary>Reads of one proof, or of one group.</summary>
    private int ReadSome(long position, Span<byte> destination)
    {
        long group = encoding.GroupAt(position);
        long groupStart = encoding.GroupStart(group);
        int count;
        if (position >= groupStart)
        {
            int inGroup = (int)(position - groupStart);
            count = Math.Min(destination.Length, encoding.Layout.BytesOf(group) - inGroup);
            payload.Read((group * Blake3GroupLayout.GroupBytes) + inGroup, destination[..count]);
            return count;
        }

        int length = outboard.WriteProof(group, isFirst: group == encoding.FirstGroup, _proof);
        int inProof = length - (int)(groupStart - position);
        count = Math.Min(destination.Length, length - inProof);
        _proof.AsSpan(inProof, count).CopyTo(destination);
        return count;
    }
}
