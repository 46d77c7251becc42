using System.Net;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Transfers;

namespace FastPath.Tests;

/// <summary>Real sockets on loopback.</summary>
public sealed class FastPathNodeTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Two_nodes_connect_and_ping()
    {
        await using FastPathNode server = FastPathNode.Start(NodeIdentity.Create(), AnyPort);
        await using FastPathNode client = FastPathNode.Start(NodeIdentity.Create(), AnyPort, new FastPathOptions { IsClient = true });
        FastPathPeer peer = await client.ConnectAsync(server.Address);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(await peer.PingAsync() > TimeSpan.Zero);
        }

        Assert.Same(peer, await client.ConnectAsync(server.Address));
    }

    [Fact]
    public async Task A_node_admits_only_the_keys_it_was_given()
    {
        NodeIdentity friend = NodeIdentity.Create();
        await using FastPathNode server = FastPathNode.Start(
            NodeIdentity.Create(), AnyPort, new FastPathOptions { AllowedPeers = [friend.PublicKey] });
        await using FastPathNode stranger = FastPathNode.Start(NodeIdentity.Create(), AnyPort);
        await using FastPathNode admitted = FastPathNode.Start(friend, AnyPort);
        await admitted.ConnectAsync(server.Address);
        FastPathException refused = await Assert.ThrowsAsync<FastPathException>(
            async () => await stranger.ConnectAsync(server.Address));
        Assert.Equal(FastPathError.Refused, refused.Error);
    }

    [Fact]
    public async Task A_port_in_use_is_a_local_resource_error()
    {
        await using FastPathNode first = FastPathNode.Start(NodeIdentity.Create(), AnyPort);
        FastPathException error = Assert.Throws<FastPathException>(
            () => FastPathNode.Start(NodeIdentity.Create(), first.Address.EndPoint));
        Assert.Equal(FastPathError.LocalResource, error.Error);
    }

    [Fact]
    [Trait("Scenario", "C1")]
    public async Task A_node_that_restarted_is_reached_again()
    {
        NodeIdentity identity = NodeIdentity.Create();
        await using FastPathNode client = FastPathNode.Start(NodeIdentity.Create(), AnyPort);
        FastPathNode server = FastPathNode.Start(identity, AnyPort);
        PeerEndpoint address = server.Address;
        FastPathPeer old = await client.ConnectAsync(address);
        await old.PingAsync();
        await server.DisposeAsync();
        await Assert.ThrowsAsync<FastPathException>(async () =>
        {
            while (true)
            {
                await old.PingAsync();
            }
        });
        await using FastPathNode again = FastPathNode.Start(identity, address.EndPoint);
        FastPathPeer fresh = await client.ConnectAsync(address);
        Assert.NotSame(old, fresh);
        await fresh.PingAsync();
    }

    [Fact]
    public void An_identity_file_is_the_owners_alone_and_comes_back()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            NodeIdentity identity = NodeIdentity.Create();
            identity.Save(path);
            Assert.Equal(identity.PublicKeyText, NodeIdentity.Load(path).PublicKeyText);
            Assert.Throws<IOException>(() => identity.Save(path));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                Assert.Throws<InvalidDataException>(() => NodeIdentity.Load(path));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task What_begins_at_a_node_that_is_gone_ends_at_once_and_waits_for_nothing()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        FastPathPeer peer = line.Right(0);
        await line[0].DisposeAsync();
        await line[0].DisposeAsync();
        var contract = Stores.SampleContract.Create(1, 100, 10);
        var container = FastPath.Serialization.Contracts.ContractContainer.FromCode(
            new FastPath.Serialization.Bodies.MemoryBody(contract.Code), new FastPath.Serialization.Bodies.MemoryBody(contract.Parameters));
        var state = new FastPath.Serialization.Contracts.WrappedState(new FastPath.Serialization.Bodies.MemoryBody(contract.State!));
        Func<Task>[] calls =
        [
            async () => await line[0].GetAsync(contract.Id, key => throw new InvalidOperationException("nothing comes")),
            async () => await line[0].PutAsync(peer, container, state),
            async () => await line[0].PutAsync(container, state),
            async () => await line[0].ConnectAsync(new PeerEndpoint(FastPath.Identities.NodeIdentity.Create().PublicKey, line[1].Address.EndPoint)),
            async () => await peer.PingAsync(),
            async () => await peer.SendAsync(new byte[1]),
            async () => await peer.RequestAsync(new byte[1]),
        ];
        foreach (Func<Task> call in calls)
        {
            FastPathException error = await Assert.ThrowsAsync<FastPathException>(call).WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(FastPathError.ConnectionClosed, error.Error);
        }
    }

    [Fact]
    public async Task A_digest_of_another_length_than_that_of_blake3_is_refused_at_once()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Assert.Throws<ArgumentOutOfRangeException>("digest", () => line.Right(0).OpenStream(totalLength: 1, digest: new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SendOptions { Digest = new byte[33] });
    }

    [Fact]
    public async Task Whoever_disposes_a_node_a_second_time_waits_for_its_end_too()
    {
        await using NodeLine line = await NodeLine.StartAsync(1);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await line[0].DisposeAsync();
            Assert.True(line[0].Host.Loop.HasEnded);
        })));
    }
}
