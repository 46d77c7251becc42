using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>When something must be done for a PUT though nothing comes.</summary>
internal sealed partial class PutTable
{
    private readonly DeadlineHeap<PutOperation> _timers = new();
    private readonly List<PutOperation> _due = [];

    public Instant NextDeadline => _timers.Next;

    public void HandleTimeout(Instant now)
    {
        _now = now;
        while (_timers.TryTakeDue(now, out PutOperation put))
        {
            _due.Add(put);
        }

        foreach (PutOperation put in _due)
        {
            if (put.Timers is null)
            {
                // Another one's end has ended it.
                continue;
            }

            if (now >= put.Deadline)
            {
                FailNextHop(put, OperationStatus.Unavailable);
            }
            else
            {
                put.ReportAt = now + _settings.ProgressInterval;
                long moved = put.BytesMoved;
                if (moved > put.ReportedBytes)
                {
                    put.ReportedBytes = moved;
                    Report(put);
                }
            }

            put.Timers?.Set(put);
        }

        _due.Clear();
    }

    private void Add(PutOperation put)
    {
        _operations.Add(put.Header.Transaction, put);
        put.Timers = _timers;
        _timers.Set(put);
    }

    private bool TryRemove(PutOperation put)
    {
        put.Timers = null;
        _timers.Remove(put);
        return _operations.Remove(put.Header.Transaction);
    }
}
