using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What is to happen to the world at an instant, or after so many datagrams. In order; equal ones as they were added.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (long At, long Order)> _byTime = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _byCount = new();
    private long _order;

    public Instant NextInstant => _byTime.TryPeek(out _, out (long At, long Order) next) ? new Instant(next.At) : Instant.Never;

    public void At(Instant at, Action act) => _byTime.Enqueue(act, (at.Nanoseconds, _order++));

    public void AfterDatagrams(long count, Action act) => _byCount.Enqueue(act, (count, _order++));

    public void Run(Instant now)
    {
        while (_byTime.TryPeek(out Action? act, out (long At, long Order) next) && next.At <= now.Nanoseconds)
        {
            _byTime.Dequeue();
            act();
        }
    }

    public void RunCounted(long datagrams)
    {
        while (_byCount.TryPeek(out Action? act, out (long At, long Order) next) && next.At <= datagrams)
        {
            _byCount.Dequeue();
            act();
        }
    }
}
