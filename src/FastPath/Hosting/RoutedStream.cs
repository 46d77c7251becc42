using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;

namespace FastPath.Hosting;

/// <summary>A stream that a rule of the application passes on: nobody waits for it. On the loop thread.</summary>
internal sealed class RoutedStream(NodeHost host) : IRelayOwner
{
    public void Start(ReceiveStream source, IReadOnlyList<Connection> targets) =>
        new CutThroughRelay(source, targets, source.Description!, hopsFromSink: 1, this).Start();

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code)
    {
        // No target was opened, so nobody but the source's sender has heard of it.
    }

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) =>
        host.NoteReordered(relay.Source.Ring.PeakReorderedBytes);
}
