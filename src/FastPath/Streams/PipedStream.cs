using FastPath.Buffers.Pooling;
using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Passes fragments on to one or more targets as they come, in any order, from one ring.</summary>
/// <remarks>
/// Fragment n (from 1) covers bytes (n - 1) x size to n x size of the payload; only the last is shorter. Each hop cuts anew to
/// its own path. A fragment beyond the window waits until the slowest target that is waited for has come that far. Fragments
/// may be piped by many threads at once.
/// </remarks>
public sealed class PipedStream : IAsyncDisposable
{
    private readonly RingWriter _writer;
    private readonly FanOut _targets;
    private readonly long _totalLength;

    private PipedStream(RingWriter writer, FanOut targets, int fragmentBytes)
    {
        _writer = writer;
        _targets = targets;
        _totalLength = writer.Description.TotalLength;
        FragmentBytes = fragmentBytes;
        writer.Ring.TrySetFinalSize(_totalLength);
        if (_totalLength == 0)
        {
            writer.Finish(0);
        }
    }

    /// <summary>Bytes of every fragment but the last.</summary>
    public int FragmentBytes { get; }

    /// <summary>Fragments of the payload.</summary>
    public long FragmentCount => (_totalLength + FragmentBytes - 1) / FragmentBytes;

    /// <summary>Every fragment has been piped.</summary>
    public bool IsComplete => _writer.Ring.IsComplete;

    /// <summary>Names the transfer at all ends and at every relay between them.</summary>
    public UInt128 TransferId => _writer.Description.TransferId;

    /// <summary>How many targets there are, those that have ended included.</summary>
    public int TargetCount => _targets.Count;

    /// <summary>How far the pipe has come; costs a few reads of memory and no allocation.</summary>
    public PipeProgress Progress
    {
        get
        {
            FragmentRing ring = _writer.Ring;
            return new PipeProgress(
                ring.Frontier,
                Math.Max(0, ring.Frontier + ring.ReorderedBytes - Math.Max(ring.ReclaimedTo, _targets.LeastTaken(ring.Frontier))),
                _totalLength,
                _writer.Waiting,
                _targets.Live);
        }
    }

    internal RingWriter Writer => _writer;

    /// <summary>Where one target stands.</summary>
    /// <param name="index">In the order in which the targets were given.</param>
    public FanOutTargetState GetTargetState(int index) => _targets.StateOf(index, _writer.Ring.Frontier);

    /// <summary>Pipes one fragment; one that was piped before changes nothing.</summary>
    /// <param name="fragmentNumber">From 1.</param>
    /// <param name="data">Exactly the fragment's bytes.</param>
    /// <param name="cancellationToken">Ends the wait for the window; the fragment may be piped again.</param>
    /// <returns>Whether every fragment has now been piped.</returns>
    /// <exception cref="ArgumentException">No such fragment, or not its length.</exception>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    /// <exception cref="ObjectDisposedException">The pipe was disposed.</exception>
    public async ValueTask<bool> PipeFragmentAsync(
        uint fragmentNumber, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(fragmentNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fragmentNumber, FragmentCount);
        long offset = (fragmentNumber - 1L) * FragmentBytes;
        long expected = Math.Min(FragmentBytes, _totalLength - offset);
        if (data.Length != expected)
        {
            throw new ArgumentException(
                $"fragment {fragmentNumber} of {FragmentCount} has {expected} bytes, not {data.Length}", nameof(data));
        }

        if (await _writer.WriteAtAsync(offset, data, cancellationToken).ConfigureAwait(false) && IsComplete)
        {
            _writer.Finish(_totalLength);
        }

        return IsComplete;
    }

    /// <summary>Waits until every target has every byte, or has ended without.</summary>
    /// <param name="cancellationToken">Ends the wait alone.</param>
    /// <exception cref="FastPathException">Why a target that is waited for has not every byte, or why none has.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) => _targets.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _targets.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <exception cref="FastPathException">LocalResource: the budget has no room for it.</exception>
    internal static PipedStream Open(
        NodeHost host, IReadOnlyList<FanOutTarget> targets, StreamDescription description, int fragmentBytes, PipeLimits limits)
    {
        PinnedSlabPool pool = host.Core.Endpoint.Pool;
        Connection[] direct = [.. targets.Where(FanOutBranches.IsDirect).Select(target => target.Peer!.Connection)];
        RingWriter writer = RingWriter.Create(
            host.Loop, pool, direct, description, limits.WindowBytes(fragmentBytes), waitersMax: limits.ConcurrentSendsMax);
        FanOutBranch[] branches;
        try
        {
            branches = FanOutBranches.Create(host, targets, description, TransferRole.Source, writer.Routes, writer.AddReader);
        }
        catch
        {
            writer.Dispose();
            throw;
        }

        foreach (FanOutBranch branch in branches)
        {
            writer.Watch.Add(branch.Member, branch.Bound);
        }

        var pipe = new PipedStream(writer, new FanOut(host.Loop, branches, now => writer.ObserveLaggards(now)), fragmentBytes);
        host.Loop.Post(writer.Open);
        pipe._targets.Start(writer.Ended);
        return pipe;
    }
}
