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

    private readonly Queue<SendStream>[] _queues = [new(), new(), new()];
    private readonly int[] _turnsLeft = [.. TurnsOf];

    public int Count { get; private set; }

    public void Enqueue(SendStream stream)
    {
        _queues[(int)stream.Priority].Enqueue(stream);
        Count++;
    }

    /// <summary>The stream whose turn it is; it stays so until it is dequeued.</summary>
    public bool TryPeek([NotNullWhen(true)] out SendStream? stream) => _queues[Current()].TryPeek(out stream);

    /// <summary>Ends the turn of the stream that was peeked, which has more to send.</summary>
    public void Pass()
    {
        int current = Current();
        _turnsLeft[current]--;
        Queue<SendStream> queue = _queues[current];
        if (queue.Count > 1)
        {
            queue.Enqueue(queue.Dequeue());
        }
    }

    /// <summary>Ends the turn of the stream that was peeked, which has nothing more to send.</summary>
    public void Dequeue()
    {
        int current = Current();
        _queues[current].Dequeue();
        _turnsLeft[current]--;
        Count--;
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
