namespace FastPath.Streams;

/// <summary>How many handles read one stream on the application's behalf. When the last one goes, the sender is told to stop.</summary>
internal sealed class StreamReaders
{
    private int _count = 1;

    /// <summary>One more; on behalf of somebody who still reads.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <returns>Whether it was the last one.</returns>
    public bool Remove() => Interlocked.Decrement(ref _count) == 0;
}
