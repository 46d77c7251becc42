using System.Net;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.LegacyNode;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Legacy;
using FastPath.Tests.Stores;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Hosting;

/// <summary>Whatever the host's own code throws, the peer hears a typed word, and the node lives on.</summary>
public sealed class ThrowingHostTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly SampleContract Sample = SampleContract.Create(3, 90_000, 500);

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_store_that_throws_has_nothing_and_takes_nothing()
    {
        using var broken = new ThrowingHost();
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions { Store = i == 1 ? broken : null, Retry = RetryBudget.None });
        using var fetched = new MemoryContractStore();
        await FailsAsync(FastPathError.NotFound, () => line[0].GetAsync(Sample.Id, fetched.BeginWrite).AsTask());
        await FailsAsync(FastPathError.StoreFailed, () => line[0].PutAsync(line.Right(0), Contract(), StateOf(7)).AsTask());
        await NothingIsLeftAsync(line);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_merger_that_throws_fails_puts_and_updates_by_their_type()
    {
        using var broken = new ThrowingHost();
        using var store = new MemoryContractStore();
        Sample.StoreIn(store);
        await using NodeLine line = await NodeLine.StartAsync(
            2, i => new FastPathOptions { Store = i == 1 ? store : null, StateMerger = broken, Retry = RetryBudget.None });
        var second = new OperationOptions { StateVersion = 2 };
        await FailsAsync(FastPathError.StoreFailed, () => line[0].PutAsync(line.Right(0), Contract(), StateOf(7), second).AsTask());
        var update = new UpdateData(new State(new MemoryBody(new byte[] { 9 })), null);
        await FailsAsync(FastPathError.StoreFailed, () => line[0].UpdateAsync(Sample.Id, update, version: 3).AsTask());
        Sample.AssertIsIn(store);
        await NothingIsLeftAsync(line);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_store_that_throws_is_told_to_an_old_node_too()
    {
        using var broken = new ThrowingHost();
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = FastPathNode.Start(
            NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions { Store = broken });
        byte[] key = node.Address.PublicKey.ToArray();
        await old.ConnectAsync(key, node.Address.EndPoint).WaitAsync(Limit);
        Assert.False(await old.PutAsync(key, OldNodeTests.ToOld(Sample)).WaitAsync(Limit));
        Assert.Null(await old.GetAsync(key, OldNodeTests.ToOld(Sample).Instance).WaitAsync(Limit));
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_log_that_throws_changes_nothing()
    {
        using var broken = new ThrowingHost();
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            LoggerFactory = broken,
            RequestHandler = (_, _, _) => throw new InvalidOperationException("broken"),
            StreamRoute = (_, _) => throw new InvalidOperationException("broken"),
        });
        Task request = line.Right(0).RequestAsync(new byte[10]).AsTask();
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[] { 7 });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal([7], (await reader.ReadAvailableAsync()).ToArray());
        await FailsAsync(FastPathError.Refused, () => request);
        await line[1].DisposeAsync();
        await StreamReading.UntilAsync(() => line.Right(0).IsClosed, "the end was not told");
    }

    [Theory]
    [Trait("Scenario", "A1")]
    [InlineData(null)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rule_whose_targets_are_none_of_this_node_leaves_the_stream_to_the_application(bool? isForeign)
    {
        NodeLine? started = null;
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            StreamRoute = (_, _) => isForeign switch
            {
                null => null!,
                false => [null!],
                true => [started!.Right(0)],
            },
        });
        started = line;
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[] { 7 });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal([7], (await reader.ReadAvailableAsync()).ToArray());
    }

    private static async Task FailsAsync(FastPathError error, Func<Task> act)
    {
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => act().WaitAsync(Limit));
        Assert.Equal(error, failure.Error);
    }

    private static async Task NothingIsLeftAsync(NodeLine line)
    {
        await line.Right(0).PingAsync().AsTask().WaitAsync(Limit);
        await StreamReading.UntilAsync(
            () => line.Nodes.All(node => node.Core.Gets.Count + node.Core.Puts.Count == 0), "an operation has not ended");
    }

    private static ContractContainer Contract() =>
        ContractContainer.FromCode(new MemoryBody(Sample.Code), new MemoryBody(Sample.Parameters));

    private static WrappedState StateOf(byte value) => new(new MemoryBody(new byte[] { value }));
}
