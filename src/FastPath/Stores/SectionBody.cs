using FastPath.Serialization.Bodies;

namespace FastPath.Stores;

/// <summary>One section of a larger body. A read past its end fails, although the larger body has bytes there.</summary>
internal sealed class SectionBody(IBody whole, BodySection section) : IBody
{
    public long Length => section.Length;

    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, section.Length - destination.Length);
        whole.Read(section.Offset + offset, destination);
    }
}
