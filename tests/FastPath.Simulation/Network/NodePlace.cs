using FastPath.Buffers.Datagrams;

namespace FastPath.Simulation.Network;

/// <summary>An address of the network: who is there, whether its process stands still, and what waits in its socket.</summary>
internal sealed class NodePlace(PeerAddress address)
{
    private readonly Queue<Flight> _waiting = new();
    private long _waitingBytes;

    public PeerAddress Address => address;

    /// <summary>Null after a crash.</summary>
    public ISimulatedNode? Node { get; set; }

    /// <summary>The process stands still: it sends nothing, and what comes waits in the socket's buffer.</summary>
    public bool IsPaused { get; set; }

    public bool IsRunning => Node is not null && !IsPaused;

    public bool TryQueue(in Flight flight, long bufferBytes)
    {
        if (_waitingBytes + flight.Length > bufferBytes)
        {
            return false;
        }

        _waiting.Enqueue(flight);
        _waitingBytes += flight.Length;
        return true;
    }

    public bool TryTakeQueued(out Flight flight)
    {
        bool isTaken = _waiting.TryDequeue(out flight);
        _waitingBytes -= isTaken ? flight.Length : 0;
        return isTaken;
    }
}
