using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;

namespace FastPath.Hosting;

/// <summary>A relay that the application asked for, as a task. Start and Cancel run on the loop thread.</summary>
internal sealed class RelayCompletion(NodeHost host) : IRelayOwner
{
    private readonly TaskCompletionSource<StreamErrorCode> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CutThroughRelay? _relay;

    public Task<StreamErrorCode> Ended => _ended.Task;

    public void Start(ReceiveStream source, IReadOnlyList<Connection> targets)
    {
        _relay = new CutThroughRelay(source, targets, source.Description!, hopsFromSink: 1, this);
        _relay.Start();
    }

    public void Cancel() => _relay?.Cancel(StreamErrorCode.Cancelled);

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => _ended.TrySetResult(code);

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code)
    {
        host.NoteReordered(relay.Source.Ring.PeakReorderedBytes);
        _ended.TrySetResult(code);
    }
}
