namespace FastPath.Streams;

/// <summary>Gives bytes that are valid until the caller releases them.</summary>
internal readonly struct SegmentRead : IReadKind<StreamSegment>
{
    public static bool IsImplicit => false;

    public static StreamSegment ResultOf(in StreamSegment segment) => segment;
}
