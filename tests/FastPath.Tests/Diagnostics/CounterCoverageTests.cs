using System.Net;
using System.Net.Sockets;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Sockets.Impairment;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Stores;
using FastPath.Tests.Streams;
using FastPath.Transfers;

namespace FastPath.Tests.Diagnostics;

/// <summary>Each counter of the meter is provoked at least once: one that never moves tells an operator that all is well.</summary>
public sealed class CounterCoverageTests
{
    private static readonly OperationOptions NoWishes = OperationOptions.Default;

    private readonly Dictionary<string, long> _moved = [];

    [Fact]
    [Trait("Scenario", "T1")]
    public async Task Every_counter_of_a_node_moves_when_its_event_is_provoked()
    {
        await StreamsEndAsync();
        await StreamsAreRefusedAsync();
        await GroupsAreCheckedAsync();
        await OperationsEndAsync();
        await OperationsLoseTheirPeerAsync();
        await PathsNarrowAsync();
        await OperationsShareAndPassAsync();
        await CopiesAreComparedAsync();
        await StrangersComeAsync();
        Assert.Equal([], _moved.Where(counter => counter.Value == 0).Select(counter => counter.Key));
        Assert.True(_moved.Count > 35, $"{_moved.Count} counters");
    }

    private async Task StreamsEndAsync()
    {
        await using NodeLine line = await NodeLine.StartAsync(
            2, i => new FastPathOptions { Impairment = i == 0 ? new ImpairmentSettings { Loss = 0.1, Seed = 1 } : null });
        await using IAsyncEnumerator<StreamHandle> arrivals = line[1].AcceptStreamsAsync().GetAsyncEnumerator();
        foreach (FastPathError? end in (FastPathError?[])[null, FastPathError.Cancelled, FastPathError.StoreFailed])
        {
            await using OutgoingStream stream = line.Right(0).OpenStream(totalLength: 300_000);
            await stream.WriteAsync(new byte[100_000]);
            await arrivals.MoveNextAsync();
            using StreamHandle handle = arrivals.Current;
            if (end is { } error)
            {
                stream.Abort(error);
                await Assert.ThrowsAsync<FastPathException>(async () => await handle.ReadAllAsync(300_000));
                continue;
            }

            Task<PooledPayload> read = handle.ReadAllAsync(300_000).AsTask();
            await stream.WriteAsync(new byte[200_000]);
            await stream.CompleteAsync();
            (await read).Dispose();
        }

        Take(line.Nodes);
    }

    private async Task StreamsAreRefusedAsync()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions { BufferBudgetBytes = i == 1 ? 1 << 20 : 1 << 28 });
        for (int i = 0; i < 100 && line[1].Core.Endpoint.StreamCounters.StreamsRefused == 0; i++)
        {
            OutgoingStream stream = line.Right(0).OpenStream(totalLength: 10_000_000);
            await stream.WriteAsync(new byte[100_000]);
            await line.Right(0).PingAsync();
        }

        await StreamReading.UntilAsync(() => line[1].Core.Endpoint.StreamCounters.StreamsRefused > 0, "one was refused");
        Take(line.Nodes);
    }

    private async Task GroupsAreCheckedAsync()
    {
        byte[] payload = new byte[1_000_000];
        await using NodeLine line = await NodeLine.StartAsync(2);
        Task send = line[0].SendAsync(
            line[1].Address, new ChangingBody(payload, 50_000), new SendOptions { Retry = RetryBudget.None }).AsTask();
        await using IAsyncEnumerator<StreamHandle> arrivals = line[1].AcceptStreamsAsync().GetAsyncEnumerator();
        await arrivals.MoveNextAsync();
        using StreamHandle handle = arrivals.Current;
        await Assert.ThrowsAsync<FastPathException>(async () => await handle.ReadAllAsync(payload.Length));
        await Assert.ThrowsAsync<FastPathException>(() => send);
        Take(line.Nodes);
    }

    private async Task OperationsEndAsync()
    {
        SampleContract sample = SampleContract.Create(1, 90_000, 10);
        SampleContract missing = SampleContract.Create(2, 10, 10);
        using var store = new MemoryContractStore();
        using var fetched = new MemoryContractStore();
        var options = new FastPathOptions { Retry = RetryBudget.None };
        await using NodeLine line = await NodeLine.StartAsync(2, i => options with { Store = i == 1 ? store : null });
        await line[0].PutAsync(line.Right(0), ContractOf(sample), StateOf(sample));
        ContractContainer forged = ContractOf(sample) with { Code = ContractOf(missing).Code };
        await Assert.ThrowsAsync<FastPathException>(async () => await line[0].PutAsync(line.Right(0), forged, StateOf(sample)));
        await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].UpdateAsync(missing.Id, new UpdateData(new State(new MemoryBody(new byte[10])), null), 1));
        await line[0].GetAsync(sample.Id, fetched.BeginWrite);
        await Assert.ThrowsAsync<FastPathException>(async () => await line[0].GetAsync(missing.Id, fetched.BeginWrite));

        // Given up while the other node does not get to an answer.
        using var soon = new CancellationTokenSource();
        using StandStill hold = StandStill.Of(line[1]);
        Task get = line[0].GetAsync(SampleContract.Create(3, 10).Id, fetched.BeginWrite, soon.Token).AsTask();
        Task put = line[0].PutAsync(line.Right(0), ContractOf(missing), StateOf(missing), NoWishes, soon.Token).AsTask();
        long Active() => line[0].Core.Gets.Counters.Active + line[0].Core.Puts.Counters.Active;
        await StreamReading.UntilAsync(() => Active() == 2, "both wait for the other node");
        await soon.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        hold.End();

        // The caller hears of it before the node's thread has written it down.
        await StreamReading.UntilAsync(() => Active() == 0, "both are over");
        Take(line.Nodes);
    }

    private async Task OperationsLoseTheirPeerAsync()
    {
        // The node that is asked stands still for longer than the one that asks believes in it.
        await using NodeLine line = await NodeLine.StartAsync(
            2, i => new FastPathOptions { Retry = RetryBudget.None, IdleTimeout = TimeSpan.FromSeconds(i == 0 ? 1 : 45) });
        using var fetched = new MemoryContractStore();
        using StandStill hold = StandStill.Of(line[1]);
        await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].GetAsync(SampleContract.Create(5, 10).Id, fetched.BeginWrite));
        hold.End();
        Take(line.Nodes);
    }

    /// <summary>A path that the kernel makes narrower: what is too long for it is refused.</summary>
    private async Task PathsNarrowAsync()
    {
        if (!OperatingSystem.IsLinux() || !Socket.OSSupportsIPv6)
        {
            return;
        }

        await using FastPathNode receiver = NarrowingPathTests.Start(new FastPathOptions { Mtu = 8_952 });
        await using FastPathNode sender = NarrowingPathTests.Start(new FastPathOptions { Mtu = 8_952 });
        FastPathPeer peer = await sender.ConnectAsync(receiver.Address);
        NarrowingPathTests.SetMtu(sender, 1_400);
        await using OutgoingStream writer = peer.OpenStream(totalLength: 200_000);
        await using IAsyncEnumerator<StreamHandle> arrivals = receiver.AcceptStreamsAsync().GetAsyncEnumerator();
        Task write = writer.WriteAsync(new byte[200_000]).AsTask();
        await arrivals.MoveNextAsync();
        using StreamHandle handle = arrivals.Current;
        (await handle.ReadAllAsync(200_000)).Dispose();
        await write;
        Take([sender, receiver]);
    }

    private async Task OperationsShareAndPassAsync()
    {
        SampleContract sample = SampleContract.Create(4, 2_000_000, 10);
        using var store = new MemoryContractStore();
        using var between = new MemoryContractStore();
        await using NodeLine line = await NodeLine.StartAsync(
            3, i => new FastPathOptions { Store = i == 2 ? store : i == 1 ? between : null });
        sample.StoreIn(store);
        using var first = new MemoryContractStore();
        using var second = new MemoryContractStore();
        await Task.WhenAll(
            line[0].GetAsync(sample.Id, first.BeginWrite).AsTask(), line[0].GetAsync(sample.Id, second.BeginWrite).AsTask());

        // Sooner or later a key belongs to the last node more than to the one between, which passes it on.
        for (int seed = 100; seed < 200 && line[1].Core.Puts.CutThrough == 0; seed++)
        {
            SampleContract put = SampleContract.Create(seed, 100_000, 10);
            await line[0].PutAsync(line.Right(0), ContractOf(put), StateOf(put));
        }

        Take(line.Nodes);
    }

    private async Task CopiesAreComparedAsync()
    {
        using var store = new MemoryContractStore();
        Action<long, Span<byte>> fault = (_, _) => { };
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions
        {
            Store = i == 1 ? store : null,
            Streaming = FastPathStreaming.Shadow,
            OfferBytesMin = long.MaxValue,
            ShadowFault = (offset, bytes) => fault(offset, bytes),
        });
        Action<long, Span<byte>>[] faults =
            [(_, _) => { }, (_, bytes) => bytes[0] ^= 1, (_, _) => throw new InvalidOperationException("harm")];
        for (int i = 0; i < faults.Length; i++)
        {
            fault = faults[i];
            SampleContract sample = SampleContract.Create(200 + i, 90_000, 10);
            await line[0].PutAsync(line.Right(0), ContractOf(sample), StateOf(sample));
            await StreamReading.UntilAsync(() => line[0].Host.Shadows.Counters.Active == 0, "the copies were compared");
        }

        // More at once than are compared: a link that takes its time keeps them all under way.
        line.Right(0).SetRateLimit(1_000_000);
        Task[] puts = [.. Enumerable.Range(300, 80).Select(async seed =>
        {
            SampleContract sample = SampleContract.Create(seed, 90_000, 10);
            await line[0].PutAsync(line.Right(0), ContractOf(sample), StateOf(sample));
        })];
        await StreamReading.UntilAsync(() => line[0].Host.Shadows.Counters.Skipped > 0, "one was not compared");

        Take(line.Nodes);
        await line.DisposeAsync();

        // Some were done in time, the others fail with the node.
        await ((Task)Task.WhenAll(puts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StrangersComeAsync()
    {
        await using NodeLine line = await NodeLine.StartAsync(
            2, i => new FastPathOptions { SpeaksAsOldNode = i == 1, HandshakeTimeout = TimeSpan.FromMilliseconds(300) });
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = new PeerEndpoint(NodeIdentity.Create().PublicKey, (IPEndPoint)socket.Client.LocalEndPoint!);
        await Assert.ThrowsAsync<FastPathException>(async () => await line[0].ConnectAsync(nobody));
        await socket.SendAsync(new byte[] { 0xFF, 1, 2, 3 }, line[0].Address.EndPoint);
        await StreamReading.UntilAsync(() => line[0].Core.Endpoint.Counters.DatagramsMalformed > 0, "the datagram came");

        Take(line.Nodes);
    }

    private void Take(IEnumerable<FastPathNode> nodes)
    {
        foreach ((string name, long value) in nodes.SelectMany(NodeMetrics.ReadCounters))
        {
            _moved[name] = _moved.GetValueOrDefault(name) + value;
        }
    }

    private static ContractContainer ContractOf(SampleContract sample) =>
        ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));

    private static WrappedState StateOf(SampleContract sample) => new(new MemoryBody(sample.State!));
}
