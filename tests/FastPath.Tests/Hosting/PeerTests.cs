using System.Net;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Connections;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Streams;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Hosting;

/// <summary>Peers at the edges: asked for after their end, dialled with half an address, handed to another node.</summary>
public sealed class PeerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task One_that_is_asked_for_after_its_end_fails_whatever_is_asked_of_it()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Connection connection = line.Right(0).Connection;
        await line[1].DisposeAsync();
        await StreamReading.UntilAsync(() => line.Right(0).IsClosed, "the end was not told");

        // As for a message that was still being read when the connection ended.
        FastPathPeer late = line[0].Host.PeerOf(connection);
        Func<Task>[] asked =
        [
            () => late.SendAsync(new byte[10]).AsTask(),
            () => late.RequestAsync(new byte[10]).AsTask(),
            () => late.RequestAsync(new byte[10_000]).AsTask(),
            () => late.PingAsync().AsTask(),
        ];
        foreach (Func<Task> ask in asked)
        {
            FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => ask().WaitAsync(Limit));
            Assert.Equal(FastPathError.ConnectionClosed, failure.Error);
        }

        Assert.Empty(line[0].Peers);
    }

    [Fact]
    public async Task A_dial_that_cannot_begin_keeps_no_later_one_waiting()
    {
        await using FastPathNode from = Start();
        await using FastPathNode to = Start();
        var half = new PeerEndpoint(to.Address.PublicKey, null!);
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await from.ConnectAsync(half));
        FastPathPeer peer = await from.ConnectAsync(to.Address).AsTask().WaitAsync(Limit);
        await peer.PingAsync().AsTask().WaitAsync(Limit);
    }

    [Fact]
    public async Task Peers_and_streams_of_another_node_are_not_taken()
    {
        await using NodeLine line = await NodeLine.StartAsync(3);
        FastPathPeer foreign = line.Right(1);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[10]);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Throws<ArgumentException>(() => line[0].Pipe([foreign], 10, 10));
        Assert.Throws<ArgumentException>(() => line[1].Relay(reader, [FanOutTarget.ToPeer(line.Right(0))]));
        Assert.Throws<ArgumentException>(() => line[2].Relay(reader, [FanOutTarget.ToReader((_, _) => ValueTask.CompletedTask)]));
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(new byte[10]), new MemoryBody(new byte[1]));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await line[0].PutAsync(foreign, contract, new WrappedState(MemoryBody.Empty)));

        // And the stream is as it was.
        Assert.Equal(10, (await reader.ReadAvailableAsync()).Length);
    }

    private static FastPathNode Start() =>
        FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions());
}
