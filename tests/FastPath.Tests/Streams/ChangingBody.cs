using FastPath.Serialization.Bodies;

namespace FastPath.Tests.Streams;

/// <summary>One byte is another one when the body is read for the second time.</summary>
internal sealed class ChangingBody(byte[] bytes, int changed) : IBody
{
    private bool _wasRead;

    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination)
    {
        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
        if (_wasRead && changed >= offset && changed < offset + destination.Length)
        {
            destination[changed - (int)offset] ^= 1;
        }

        _wasRead |= offset + destination.Length == bytes.Length;
    }
}
