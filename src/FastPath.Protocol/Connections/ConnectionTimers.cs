using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>Deadlines of idle connections in a binary heap: the next one is known at once, a change costs log n.</summary>
/// <remarks>
/// A connection's deadline is read when it has become inactive, because nothing changes it until it becomes active again.
/// Each knows its own place.
/// </remarks>
internal sealed class ConnectionTimers
{
    private const int Nowhere = -1;

    private readonly List<(Instant At, Connection Connection)> _heap = [];

    public Instant Next => _heap.Count == 0 ? Instant.Never : _heap[0].At;

    /// <summary>Puts the connection where its deadline belongs; one that has none is left out.</summary>
    public void Set(Connection connection)
    {
        Instant at = connection.NextDeadline;
        int index = connection.TimerIndex;
        if (at == Instant.Never)
        {
            Remove(connection);
        }
        else if (index == Nowhere)
        {
            _heap.Add((at, connection));
            connection.TimerIndex = _heap.Count - 1;
            Rise(_heap.Count - 1);
        }
        else if (_heap[index].At != at)
        {
            _heap[index] = (at, connection);
            Settle(index);
        }
    }

    public void Remove(Connection connection)
    {
        int index = connection.TimerIndex;
        if (index == Nowhere)
        {
            return;
        }

        connection.TimerIndex = Nowhere;
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
    public bool TryTakeDue(Instant now, out Connection connection)
    {
        if (now < Next || _heap.Count == 0)
        {
            connection = null!;
            return false;
        }

        connection = _heap[0].Connection;
        Remove(connection);
        return true;
    }

    private void Settle(int index)
    {
        Rise(index);
        Sink(index);
    }

    private void Rise(int index)
    {
        (Instant At, Connection Connection) entry = _heap[index];
        while (index > 0 && entry.At < _heap[(index - 1) / 2].At)
        {
            Place(index, _heap[(index - 1) / 2]);
            index = (index - 1) / 2;
        }

        Place(index, entry);
    }

    private void Sink(int index)
    {
        (Instant At, Connection Connection) entry = _heap[index];
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

    private void Place(int index, (Instant At, Connection Connection) entry)
    {
        _heap[index] = entry;
        entry.Connection.TimerIndex = index;
    }
}
