using FastPath.Hosting;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>An accepted stream that is passed on to one or more targets as it comes, from the ring that it arrives in.</summary>
public sealed class RelayedStream : IRelayOwner, IAsyncDisposable
{
    private readonly NodeHost _host;
    private readonly ReceiveStream _source;
    private readonly StreamReaders? _readers;
    private readonly SendTarget[] _routes;
    private readonly StreamHandle[] _handles;
    private readonly FanOut _targets;
    private readonly TaskCompletionSource _relayEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LaggardWatch _watch = new();
    private CutThroughRelay? _relay;

    private RelayedStream(NodeHost host, StreamHandle handle, IReadOnlyList<FanOutTarget> targets, Queue<RingCursor> cursors)
    {
        _host = host;
        _source = handle.Stream;
        _readers = handle.Readers;
        var handles = new List<StreamHandle>();
        _routes = [.. targets.Where(FanOutBranches.IsDirect).Select(target => new SendTarget(target.Peer!.Connection, cursors.Dequeue()))];
        FanOutBranch[] branches = FanOutBranches.Create(host, targets, _source.Description!, TransferRole.Relay, _routes, () =>
        {
            var reader = new StreamHandle(host.Loop, _source, cursors.Dequeue(), readers: null);
            handles.Add(reader);
            return reader;
        });
        _handles = [.. handles];
        foreach (FanOutBranch branch in branches)
        {
            _watch.Add(branch.Member, branch.Bound);
        }

        _targets = new FanOut(host.Loop, branches, Observe);
    }

    /// <summary>Names the transfer at all ends and at every relay between them.</summary>
    public UInt128 TransferId => _source.Description!.TransferId;

    /// <summary>How many targets there are, those that have ended included.</summary>
    public int TargetCount => _targets.Count;

    /// <summary>Bytes from the start on that have arrived without a gap.</summary>
    public long ReceivedBytes => _source.Ring.Payload.Received;

    /// <summary>Where one target stands.</summary>
    /// <param name="index">In the order in which the targets were given.</param>
    public FanOutTargetState GetTargetState(int index) => _targets.StateOf(index, _source.Ring.Frontier);

    /// <summary>Waits until every target has every byte, or has ended without.</summary>
    /// <param name="cancellationToken">Ends the wait alone; dispose to give the relay up.</param>
    /// <exception cref="FastPathException">Why a target that is waited for has not every byte, or why none has.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) => _targets.WaitAsync(cancellationToken);

    /// <summary>Gives up what is not complete; every target is told.</summary>
    public ValueTask DisposeAsync()
    {
        _targets.Dispose();
        _host.Loop.Post(_ => _relay?.Cancel(StreamErrorCode.Cancelled));
        return ValueTask.CompletedTask;
    }

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => _relayEnded.TrySetResult();

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code)
    {
        _host.NoteReordered(relay.Source.Ring.PeakReorderedBytes);
        _relayEnded.TrySetResult();
    }

    /// <exception cref="FastPathException">
    /// TooLate: bytes of the handle were read already. LocalResource: the budget has no room for a ring behind a spill file;
    /// the stream is given up then.
    /// </exception>
    internal static RelayedStream Start(NodeHost host, StreamHandle handle, IReadOnlyList<FanOutTarget> targets)
    {
        ObjectDisposedException.ThrowIf(handle.Leases.IsClosed, handle);

        // Added while the handle's own cursor still holds the first byte, so none of them comes too late.
        FragmentRing ring = handle.Ring;
        RingCursor?[] added = [.. targets.Skip(1).Select(_ => handle.Leases.AddCursor(ring))];
        if (added.Contains(null) || handle.Position != ring.StartOffset || !handle.TryHandOver())
        {
            GiveBack(ring, added);
            throw TooLate(handle);
        }

        try
        {
            var relayed = new RelayedStream(host, handle, targets, new Queue<RingCursor>([handle.Leases.Cursor, .. added!]));
            host.Loop.Post(relayed.Open);
            return relayed;
        }
        catch
        {
            // Nobody is left who could read it.
            StreamErrorCode? stop = handle.Readers?.Remove() == true ? StreamErrorCode.NoBuffers : null;
            new ReceiveSource(host.Loop, handle.Stream).Leave(handle.Leases.Cursor, stop);
            GiveBack(ring, added);
            throw;
        }
    }

    private static FastPathException TooLate(StreamHandle handle) => new(
        FastPathError.TooLate, "bytes of the stream were read already; it is relayed before it is read", transfer: handle.Failure());

    private static void GiveBack(FragmentRing ring, RingCursor?[] cursors)
    {
        foreach (RingCursor? cursor in cursors)
        {
            if (cursor is not null)
            {
                ring.RemoveCursor(cursor);
            }
        }
    }

    private void Open(Instant now)
    {
        foreach (StreamHandle handle in _handles)
        {
            handle.Attach();
        }

        _ = StopSourceAtEndAsync();
        if (_routes.Length == 0)
        {
            _relayEnded.TrySetResult();
        }

        _targets.Start(_relayEnded.Task);
        if (_routes.Length > 0)
        {
            // Whoever else reads the stream here keeps it going; the last one of all stops it.
            _relay = new CutThroughRelay(_source, _routes, _source.Description!, hopsFromSink: 1, this) { HasLocalReader = true };
            _relay.Start();
        }
    }

    private void Observe(Instant now) => _watch.Observe(now, _source);

    private async Task StopSourceAtEndAsync()
    {
        await _targets.Ended.ConfigureAwait(false);
        if (_readers?.Remove() == true)
        {
            StreamErrorCode code = _targets.Outcome()?.Error switch
            {
                null => StreamErrorCode.Cancelled,
                FastPathError.ConnectionClosed => StreamErrorCode.DownstreamLost,
                { } error => StreamFailures.CodeOf(error),
            };
            _host.Loop.Post(_ => _source.Connection.Streams.Stop(_source, code));
        }
    }
}
