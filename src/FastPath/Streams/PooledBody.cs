using FastPath.Serialization.Bodies;

namespace FastPath.Streams;

/// <summary>A gathered payload as something that can be sent.</summary>
internal sealed class PooledBody(PooledPayload payload) : IBody
{
    public long Length => payload.Length;

    public void Read(long offset, Span<byte> destination) => payload.Read(offset, destination);
}
