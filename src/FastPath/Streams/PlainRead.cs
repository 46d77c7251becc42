namespace FastPath.Streams;

/// <summary>Gives bytes that are valid until the next read.</summary>
internal readonly struct PlainRead : IReadKind<ReadOnlyMemory<byte>>
{
    public static bool IsImplicit => true;

    public static ReadOnlyMemory<byte> ResultOf(in StreamSegment segment) => segment.Memory;
}
