using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>PUTs of this node to others, and of others to this node. A PUT ends with the word of the node that stores it.</summary>
/// <remarks>Sans IO; owned by the loop thread. A stream that failed, a lost connection and silence each end it once.</remarks>
internal sealed class PutTable(OperationSettings settings, IOperationHost host)
{
    private readonly Dictionary<UInt128, Outgoing> _outgoing = [];

    public int Count => _outgoing.Count;

    public Instant NextDeadline
    {
        get
        {
            Instant next = Instant.Never;
            foreach (Outgoing put in _outgoing.Values)
            {
                next = Instant.Min(next, put.Deadline);
            }

            return next;
        }
    }

    /// <summary>A PUT whose stream the host has just opened.</summary>
    public void Start(UInt128 transaction, Connection to) =>
        _outgoing.Add(transaction, new Outgoing(to, Instant.Never));

    /// <summary>The stream of a PUT of this node has ended: with every byte acknowledged, the answer is due.</summary>
    public void HandleSent(Instant now, UInt128 transaction, StreamErrorCode code)
    {
        if (!_outgoing.TryGetValue(transaction, out Outgoing? put))
        {
            return;
        }

        // A node that stops the stream says why in its result, which may come right behind.
        bool mayBeExplained = code is StreamErrorCode.None or StreamErrorCode.Corrupt or StreamErrorCode.StoreFailed;
        if (mayBeExplained && put.To.State == ConnectionState.Established)
        {
            _outgoing[transaction] = put with { Deadline = now + settings.PutResultTimeout };
        }
        else
        {
            End(transaction, OperationStatus.Unavailable);
        }
    }

    public void HandleResult(Connection from, in OperationNotice notice)
    {
        if (_outgoing.TryGetValue(notice.Transaction, out Outgoing? put) && put.To == from)
        {
            End(notice.Transaction, notice.Status);
        }
    }

    public static bool Complete(Connection to, UInt128 transaction, OperationStatus status)
    {
        Span<byte> space = stackalloc byte[to.MessageBytesMax];
        int length = OperationNotice.Write(space, Purpose.PutResult, transaction, status);
        return to.TryQueueMessage(space[..length], out _);
    }

    public void HandleConnectionClosed(Connection connection)
    {
        foreach (UInt128 transaction in _outgoing.Where(p => p.Value.To == connection).Select(p => p.Key).ToArray())
        {
            End(transaction, OperationStatus.Unavailable);
        }
    }

    public void HandleTimeout(Instant now)
    {
        foreach (UInt128 transaction in _outgoing.Where(p => now >= p.Value.Deadline).Select(p => p.Key).ToArray())
        {
            End(transaction, OperationStatus.Unavailable);
        }
    }

    private void End(UInt128 transaction, OperationStatus status)
    {
        if (_outgoing.Remove(transaction))
        {
            host.CompletePut(transaction, status);
        }
    }

    private sealed record Outgoing(Connection To, Instant Deadline);
}
