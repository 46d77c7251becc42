using FastPath.Protocol.Operations;
using FastPath.Serialization.Hashing;

namespace FastPath.Rollout;

/// <summary>XXH64 of a payload as it comes, whole and by segments. Allocates for its segments alone.</summary>
/// <param name="announced">Bytes that will come: they decide how long a segment is.</param>
internal sealed class ShadowHasher(long announced)
{
    private readonly long _segmentBytes = ShadowDigest.SegmentBytes(announced);
    private readonly List<ulong> _segments = [];
    private readonly XxHash64Stream _whole = new();
    private XxHash64Stream _segment = new();
    private long _inSegment;

    public long Length { get; private set; }

    public void Update(ReadOnlySpan<byte> bytes)
    {
        _whole.Update(bytes);
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            int take = (int)Math.Min(bytes.Length, _segmentBytes - _inSegment);
            _segment.Update(bytes[..take]);
            _inSegment += take;
            bytes = bytes[take..];
            if (_inSegment == _segmentBytes)
            {
                EndSegment();
            }
        }
    }

    /// <param name="code">Why no more has come; 0 when all has.</param>
    public ShadowDigest Finish(UInt128 transaction, byte code)
    {
        if (_inSegment > 0)
        {
            EndSegment();
        }

        return new ShadowDigest(transaction, code, Length, _whole.Finish(), [.. _segments.Take(ShadowDigest.SegmentsMax)]);
    }

    private void EndSegment()
    {
        _segments.Add(_segment.Finish());
        _segment = new XxHash64Stream();
        _inSegment = 0;
    }
}
