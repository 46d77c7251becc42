using FastPath.Serialization.Bodies;

namespace FastPath.Streams;

/// <summary>A gathered payload as something that can be sent.</summary>
/// <param name="start">Absolute offset of its first byte: what lies below is with the receiver already, and is never read.</param>
internal sealed class PooledBody(PooledPayload payload, long start) : IBody
{
    public long Length => start + payload.Length;

    public void Read(long offset, Span<byte> destination) => payload.Read(offset - start, destination);
}
