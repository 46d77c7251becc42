namespace FastPath.Protocol.Time;

/// <summary>Deadlines of many things in a binary heap: the next one is known at once, a change costs log n.</summary>
/// <remarks>
/// A deadline is read when it is set here; whoever changes it sets it again. Each thing knows its own place.
/// </remarks>
internal sealed class DeadlineHeap<T>
    where T : class, IDeadlined
{
    private const int Nowhere = -1;

    private readonly List<(Instant At, T Item)> _heap = [];

    public Instant Next => _heap.Count == 0 ? Instant.Never : _heap[0].At;

    /// <summary>Puts it where its deadline belongs; what has none is left out.</summary>
    public void Set(T item)
    {
        Instant at = item.NextDeadline;
        int index = item.TimerIndex;
        if (at == Instant.Never)
        {
            Remove(item);
        }
        else if (index == Nowhere)
        {
            _heap.Add((at, item));
            item.TimerIndex = _heap.Count - 1;
            Rise(_heap.Count - 1);
        }
        else if (_heap[index].At != at)
        {
            _heap[index] = (at, item);
            Settle(index);
        }
    }

    public void Remove(T item)
    {
        int index = item.TimerIndex;
        if (index == Nowhere)
        {
            return;
        }

        item.TimerIndex = Nowhere;
        int last = _heap.Count - 1;
        if (index != last)
        {
            Place(index, _heap[last]);
        }

        _heap.RemoveAt(last);
        if (index != last)
        {
            Settle(index);
        }
    }

    /// <summary>Takes one whose time has come.</summary>
    public bool TryTakeDue(Instant now, out T item)
    {
        if (now < Next || _heap.Count == 0)
        {
            item = null!;
            return false;
        }

        item = _heap[0].Item;
        Remove(item);
        return true;
    }

    private void Settle(int index)
    {
        Rise(index);
        Sink(index);
    }

    private void Rise(int index)
    {
        (Instant At, T Item) entry = _heap[index];
        while (index > 0 && entry.At < _heap[(index - 1) / 2].At)
        {
            Place(index, _heap[(index - 1) / 2]);
            index = (index - 1) / 2;
        }

        Place(index, entry);
    }

    private void Sink(int index)
    {
        (Instant At, T Item) entry = _heap[index];
        for (int child = (2 * index) + 1; child < _heap.Count; child = (2 * index) + 1)
        {
            child += child + 1 < _heap.Count && _heap[child + 1].At < _heap[child].At ? 1 : 0;
            if (entry.At <= _heap[child].At)
            {
                break;
            }

            Place(index, _heap[child]);
            index = child;
        }

        Place(index, entry);
    }

    private void Place(int index, (Instant At, T Item) entry)
    {
        _heap[index] = entry;
        entry.Item.TimerIndex = index;
    }
}
