using FastPath.Buffers.Pooling;

namespace FastPath.Buffers.Tests.Pooling;

public sealed class CacheLinesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(1_403)]
    public void Asking_for_bytes_changes_none_of_them(int length)
    {
        byte[] bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        byte[] copy = [.. bytes];
        CacheLines.Fetch(bytes);
        Assert.Equal(copy, bytes);
    }
}
