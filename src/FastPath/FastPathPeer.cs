using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Engine;
using FastPath.Protocol.Connections;

namespace FastPath;

/// <summary>An open, encrypted connection to one peer.</summary>
public sealed class FastPathPeer
{
    private readonly Connection _connection;
    private readonly EngineLoop _loop;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<long>> _pings = new();
    private long _pingNumber;
    private volatile string? _closedReason;

    internal FastPathPeer(Connection connection, EngineLoop loop)
    {
        _connection = connection;
        _loop = loop;
    }

    /// <summary>The negotiated payload cipher.</summary>
    public string Cipher => _connection.Session.Cipher.Name;

    /// <summary>The congestion controller of this side.</summary>
    public string Congestion => _connection.Recovery.Congestion.Name;

    /// <summary>One round trip over the encrypted connection, as the application sees it.</summary>
    /// <exception cref="FastPathException">ConnectionClosed.</exception>
    public async ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        ulong number = (ulong)Interlocked.Increment(ref _pingNumber);
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pings[number] = done;
        if (_closedReason is { } reason)
        {
            OnClosed(reason);
        }

        long start = Stopwatch.GetTimestamp();
        _loop.Post((_, _) => _connection.QueuePing(number));
        long end = await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start, end);
    }

    internal void OnPingAcknowledged(ulong number)
    {
        if (_pings.TryRemove(number, out TaskCompletionSource<long>? done))
        {
            done.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    internal void OnClosed(string reason)
    {
        _closedReason = reason;
        foreach (ulong number in _pings.Keys)
        {
            if (_pings.TryRemove(number, out TaskCompletionSource<long>? done))
            {
                done.TrySetException(new FastPathException(FastPathError.ConnectionClosed, reason));
            }
        }
    }
}
