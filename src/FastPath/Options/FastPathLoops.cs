using FastPath.Engine;
using FastPath.Sockets;

namespace FastPath.Options;

/// <summary>Threads that the nodes of a process share, for hosts with more nodes than cores.</summary>
/// <remarks>
/// A node otherwise has a thread of its own, which is best as long as there is a core for each. Threads that are shared are not
/// switched between, and take their turns with sleeping and polling together. What blocks one (<see
/// cref="FastPathOptions.UnsafeInlineContinuations"/>) blocks all nodes of its thread. A thread lives from its first node to its last;
/// there is nothing to dispose of.
/// </remarks>
public sealed class FastPathLoops
{
    private readonly SharedLoopThread[] _threads;

    /// <param name="threads">How many there are at most: 1 or more. Each node goes to the one with the fewest.</param>
    /// <param name="busyPolling">They poll without ever sleeping: each takes a core.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one thread.</exception>
    public FastPathLoops(int threads, bool busyPolling = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        DatagramSocketSettings settings = DatagramSocketSettings.Default with { PollsWhileWaiting = busyPolling };
        _threads = [.. Enumerable.Range(0, threads).Select(_ => new SharedLoopThread(settings))];
    }

    /// <summary>Threads at most.</summary>
    public int Threads => _threads.Length;

    /// <summary>Nodes that run on them.</summary>
    public int Nodes => _threads.Sum(thread => thread.Count);

    /// <summary>The one for the next node.</summary>
    internal ILoopThread Next() => _threads.MinBy(thread => thread.Count)!;
}
