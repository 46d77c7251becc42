using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>A body too long to exist. Its length is all that may be asked for.</summary>
internal sealed class LengthOnlyBody(long length) : IBody
{
    public long Length => length;

    public void Read(long offset, Span<byte> destination) => throw new NotSupportedException();
}
