namespace FastPath.Sockets;

/// <summary>What was refused for its length and not yet told; any thread may add.</summary>
/// <remarks>Bounded: of more than that nobody is told, and their loss is found out like any other.</remarks>
internal sealed class RefusedDatagrams
{
    private const int WaitingMax = 1_024;

    private readonly Queue<RefusedDatagram> _waiting = new();
    private volatile int _count;

    public void Add(in RefusedDatagram refused)
    {
        lock (_waiting)
        {
            if (_waiting.Count < WaitingMax)
            {
                _waiting.Enqueue(refused);
                _count = _waiting.Count;
            }
        }
    }

    public bool TryTake(out RefusedDatagram refused)
    {
        if (_count == 0)
        {
            refused = default;
            return false;
        }

        lock (_waiting)
        {
            bool taken = _waiting.TryDequeue(out refused);
            _count = _waiting.Count;
            return taken;
        }
    }
}
