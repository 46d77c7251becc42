namespace FastPath.Protocol.Operations;

/// <summary>Operations that began at this node, and how each has ended; exact, and sampled by nobody (scenarios T1, T2).</summary>
/// <remarks>Started = Completed + NotFound + Failed + Cancelled + what is under way, whenever the loop is asked.</remarks>
internal sealed class OperationCounters
{
    private long _started;
    private long _completed;
    private long _notFound;
    private long _failed;
    private long _cancelled;

    public long Started => Volatile.Read(ref _started);

    /// <summary>Of a GET: somebody has it, and its first byte is here.</summary>
    public long Completed => Volatile.Read(ref _completed);

    public long NotFound => Volatile.Read(ref _notFound);

    public long Failed => Volatile.Read(ref _failed);

    public long Cancelled => Volatile.Read(ref _cancelled);

    public long Active => Started - Completed - NotFound - Failed - Cancelled;

    public void CountStarted() => Interlocked.Increment(ref _started);

    public void CountCancelled() => Interlocked.Increment(ref _cancelled);

    public void CountEnded(OperationStatus status)
    {
        switch (status)
        {
            case OperationStatus.Done:
                Interlocked.Increment(ref _completed);
                break;
            case OperationStatus.NotFound:
                Interlocked.Increment(ref _notFound);
                break;
            default:
                Interlocked.Increment(ref _failed);
                break;
        }
    }
}
