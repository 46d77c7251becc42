namespace FastPath.Serialization.Foreign;

/// <summary>
/// How the foreign wire cuts a stream: full fragments, but the first one gives up room for metadata. This is what its
/// senders do; a receiver takes the sizes as they come.
/// </summary>
/// <remarks>Fragment numbers start at 1. Metadata makes a fragment even when the stream is empty.</remarks>
internal readonly record struct FragmentPlan
{
    /// <param name="totalLength">Bytes of the stream.</param>
    /// <param name="metadataLength">Bytes of metadata inside fragment 1; null for none.</param>
    public FragmentPlan(long totalLength, int? metadataLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength);
        ArgumentOutOfRangeException.ThrowIfNegative(metadataLength ?? 0, nameof(metadataLength));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            metadataLength ?? 0, ForeignSizes.MetadataMax, nameof(metadataLength));
        TotalLength = totalLength;
        FirstCapacity = metadataLength is { } length
            ? ForeignSizes.FragmentPayloadMax - ForeignSizes.MetadataOverhead - length
            : ForeignSizes.FragmentPayloadMax;
        long rest = Math.Max(0, totalLength - FirstCapacity);
        long first = totalLength > 0 || metadataLength is not null ? 1 : 0;
        Count = first + (rest / ForeignSizes.FragmentPayloadMax) + (rest % ForeignSizes.FragmentPayloadMax > 0 ? 1 : 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Count, uint.MaxValue, nameof(totalLength));
    }

    public long TotalLength { get; }

    /// <summary>Bytes of the stream that fit fragment 1.</summary>
    public int FirstCapacity { get; }

    /// <summary>Fragments.</summary>
    public long Count { get; }

    /// <summary>First byte of a fragment in the stream.</summary>
    public long OffsetOf(uint number)
    {
        CheckNumber(number);
        return number == 1 ? 0 : FirstCapacity + ((number - 2L) * ForeignSizes.FragmentPayloadMax);
    }

    /// <summary>Bytes of the stream in a fragment.</summary>
    public int LengthOf(uint number)
    {
        long left = TotalLength - OffsetOf(number);
        return (int)Math.Min(left, number == 1 ? FirstCapacity : ForeignSizes.FragmentPayloadMax);
    }

    private void CheckNumber(uint number)
    {
        ArgumentOutOfRangeException.ThrowIfZero(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Count);
    }
}
