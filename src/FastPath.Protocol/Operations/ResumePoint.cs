using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Operations;

/// <summary>Where a broken transfer may go on, and the content that its first bytes belong to.</summary>
/// <remarks>
/// Bytes of two sources never mix: only a source whose payload has this digest continues, any other one begins anew.
/// Layout: bytes digest (32, or none for "from the start"), and if there is one the offset, a variable-length integer.
/// </remarks>
/// <param name="Digest">BLAKE3 of the whole payload: 32 bytes.</param>
/// <param name="Offset">The first byte that is missing.</param>
internal readonly record struct ResumePoint(ReadOnlyMemory<byte> Digest, long Offset)
{
    public static ResumePoint None => default;

    public bool IsNone => Digest.IsEmpty;

    public static bool TryRead(ref FrameReader reader, out ResumePoint point)
    {
        point = None;
        if (!reader.TryReadBlock(out ReadOnlySpan<byte> digest))
        {
            return false;
        }

        if (digest.IsEmpty)
        {
            return true;
        }

        if (digest.Length != StreamOpenFrame.DigestLength || !reader.TryReadOffset(out long offset))
        {
            return false;
        }

        point = new ResumePoint(digest.ToArray(), offset);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteBlock(Digest.Span);
        if (!IsNone)
        {
            writer.WriteOffset(Offset);
        }
    }

    /// <summary>The offset to begin at for a source whose payload is this long and has this digest.</summary>
    public long StartIn(ReadOnlySpan<byte> digest, long length) =>
        !IsNone && Offset <= length && Digest.Span.SequenceEqual(digest) ? Offset : 0;
}
