namespace FastPath.Hosting;

/// <summary>A request of a peer, for the application's handler.</summary>
internal sealed class IncomingRequest(NodeHost host, FastPathPeer peer, ulong number, ReadOnlyMemory<byte> body)
    : IThreadPoolWorkItem
{
    public void Execute() => host.Answer(peer, number, body);
}
