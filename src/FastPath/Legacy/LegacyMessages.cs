using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Operations;
using FastPath.Streams;

namespace FastPath.Legacy;

/// <summary>Whole messages of the network to and from peers: serialized, sent, and gathered again at the next hop.</summary>
/// <remarks>
/// What goes this way, and what an arriving one means, is the business of the operations. Messages are handed over on the
/// thread pool, each once, in no order among those of different length.
/// </remarks>
internal sealed class LegacyMessages(NodeHost host, long bytesMax)
{
    private long _notUnderstood;
    private long _contractsMoved;

    /// <summary>Called for each message that arrives; set once, before the node's loop starts. It must not throw.</summary>
    public Action<Connection, NetMessage>? Arrived { get; set; }

    /// <summary>Messages with a contract in them that left or came whole.</summary>
    public long ContractsMoved => Volatile.Read(ref _contractsMoved);

    /// <summary>Messages that made no sense, or are of kinds that this node does not know.</summary>
    public long NotUnderstood => Volatile.Read(ref _notUnderstood);

    /// <summary>Sends one; returns when the peer's transport has all of it.</summary>
    /// <exception cref="FastPathException">TooLarge, ConnectionClosed, or why the peer did not take it.</exception>
    /// <param name="onSent">Called when a stream that carries it has ended, well or badly.</param>
    public async ValueTask SendAsync(
        Connection to, NetMessage message, Action<RingWriter>? onSent = null, CancellationToken cancellationToken = default)
    {
        StreamingSerializer body = message.StartSerialize();
        Count(message);
        if (body.Length > bytesMax)
        {
            throw new FastPathException(
                FastPathError.TooLarge, $"a whole message of {body.Length} bytes is longer than {bytesMax}; only a peer that takes streams can have it");
        }

        if (WholeMessage.IsShort(to, body))
        {
            byte[] bytes = new byte[body.Length];
            body.Read(0, bytes);
            await host.PeerOf(to).SendShortAsync(Purpose.NetMessage, bytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        var description = new StreamDescription
        {
            Kind = StreamKind.Whole,
            TransferId = NodeHost.NewTransaction(),
            TotalLength = body.Length,
            Metadata = NodeHost.WithPurpose(Purpose.NetMessage, default),
        };
        using RingWriter writer = host.Open([to], description);
        try
        {
            await NodeHost.PumpAsync(writer, body, 0, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            onSent?.Invoke(writer);
        }
    }

    /// <summary>Takes a message whose bytes are the caller's no more; called on the loop thread or the pool.</summary>
    public void Take(Connection from, ReadOnlyMemory<byte> bincode)
    {
        if (!WholeMessage.TryRead(bincode, out NetMessage? message))
        {
            Interlocked.Increment(ref _notUnderstood);
            return;
        }

        Count(message);
        ThreadPool.UnsafeQueueUserWorkItem(_ => Arrived?.Invoke(from, message), null);
    }

    private void Count(NetMessage message)
    {
        if (message is NetMessage.Put { Message: PutMsg.Request } or NetMessage.Get { Message: GetMsg.Response { Result.Found: not null } })
        {
            Interlocked.Increment(ref _contractsMoved);
        }
    }
}
