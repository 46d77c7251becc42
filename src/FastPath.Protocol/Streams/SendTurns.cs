using System.Diagnostics.CodeAnalysis;

namespace FastPath.Protocol.Streams;

/// <summary>Streams that have something to send, and whose turn it is: equals in turn, a packet each (scenario F13).</summary>
/// <remarks>
/// Of every thirteen turns eight are for high, four for normal and one for low priority, first those and then these. A
/// priority without streams leaves its turns to the others, so none waits for nothing and none starves.
/// </remarks>
internal sealed class SendTurns
{
    private static readonly StreamPriority[] Order = [StreamPriority.High, StreamPriority.Normal, StreamPriority.Low];
    private static readonly int[] TurnsOf = [4, 8, 1];

    // A stream's writer may change while it waits here: what it was counted as is kept beside it.
    private readonly Queue<(SendStream Stream, bool IsFilledInTurn)>[] _queues = [new(), new(), new()];
    private readonly int[] _turnsLeft = [.. TurnsOf];
    private SendBacklog? _backlog;
    private int _filledInTurn;

    public int Count { get; private set; }

    /// <summary>Streams that the backlog counts.</summary>
    public int InBacklog => _backlog is null ? 0 : _queues[(int)StreamPriority.Normal].Count;

    private int Others => _queues[(int)StreamPriority.Normal].Count - _filledInTurn;

    public void Enqueue(SendStream stream)
    {
        bool isFilledInTurn = stream.IsFilledInTurn;
        _queues[(int)stream.Priority].Enqueue((stream, isFilledInTurn));
        Count++;
        CountNormal(stream.Priority, isFilledInTurn, 1);
    }

    /// <summary>The stream whose turn it is; it stays so until it is dequeued.</summary>
    public bool TryPeek([NotNullWhen(true)] out SendStream? stream)
    {
        bool isAny = _queues[Current()].TryPeek(out (SendStream Stream, bool IsFilledInTurn) first);
        stream = first.Stream;
        return isAny;
    }

    /// <summary>The connection may send: its streams are part of what the loop has to get to, until <see cref="LeaveBacklog"/>.</summary>
    public void JoinBacklog(SendBacklog backlog)
    {
        if (_backlog is null)
        {
            _backlog = backlog;
            backlog.Add(isFilledInTurn: true, _filledInTurn);
            backlog.Add(isFilledInTurn: false, Others);
        }
    }

    public void LeaveBacklog()
    {
        _backlog?.Add(isFilledInTurn: true, -_filledInTurn);
        _backlog?.Add(isFilledInTurn: false, -Others);
        _backlog = null;
    }

    /// <summary>Ends the turn of the stream that was peeked, which has more to send.</summary>
    public void Pass()
    {
        int current = Current();
        _turnsLeft[current]--;
        Queue<(SendStream Stream, bool IsFilledInTurn)> queue = _queues[current];
        if (queue.Count > 1)
        {
            queue.Enqueue(queue.Dequeue());
        }
    }

    /// <summary>Ends the turn of the stream that was peeked, which has nothing more to send.</summary>
    public void Dequeue()
    {
        int current = Current();
        (_, bool isFilledInTurn) = _queues[current].Dequeue();
        _turnsLeft[current]--;
        Count--;
        CountNormal((StreamPriority)current, isFilledInTurn, -1);
    }

    private void CountNormal(StreamPriority priority, bool isFilledInTurn, int count)
    {
        if (priority == StreamPriority.Normal)
        {
            _filledInTurn += isFilledInTurn ? count : 0;
            _backlog?.Add(isFilledInTurn, count);
        }
    }

    private int Current()
    {
        for (int round = 0; round < 2; round++)
        {
            foreach (StreamPriority priority in Order)
            {
                if (_queues[(int)priority].Count > 0 && _turnsLeft[(int)priority] > 0)
                {
                    return (int)priority;
                }
            }

            // Whoever waits has used its turns up.
            TurnsOf.CopyTo(_turnsLeft, 0);
        }

        return 0;
    }
}
