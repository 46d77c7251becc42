namespace FastPath.Rollout;

/// <summary>What the comparison has seen since the node began. Read by metrics; nothing that moves payloads reads it.</summary>
internal sealed class ShadowCounters
{
    private long _started;
    private long _same;
    private long _different;
    private long _failed;
    private long _skipped;
    private long _wholeMicroseconds;
    private long _streamedMicroseconds;

    public long Started => Volatile.Read(ref _started);

    public long Same => Volatile.Read(ref _same);

    public long Different => Volatile.Read(ref _different);

    /// <summary>The copy did not come whole, or nobody said what has come.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Too many were under way.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    public long Active => Started - Same - Different - Failed;

    /// <summary>Of all payloads that came whole on both ways.</summary>
    public long WholeMicroseconds => Volatile.Read(ref _wholeMicroseconds);

    public long StreamedMicroseconds => Volatile.Read(ref _streamedMicroseconds);

    public void CountStarted() => Interlocked.Increment(ref _started);

    public void CountSkipped() => Interlocked.Increment(ref _skipped);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public void CountCompared(bool isSame) => Interlocked.Increment(ref isSame ? ref _same : ref _different);

    public void CountTimes(TimeSpan whole, TimeSpan streamed)
    {
        Interlocked.Add(ref _wholeMicroseconds, (long)whole.TotalMicroseconds);
        Interlocked.Add(ref _streamedMicroseconds, (long)streamed.TotalMicroseconds);
    }
}
