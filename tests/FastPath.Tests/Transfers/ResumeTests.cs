using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Transfers;

/// <summary>Transfers of real nodes that break in the middle and go on: bytes that have come are not asked for again.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int CodeLength = 24_000_000;

    private readonly TemporaryFolder _folder = new();
    private readonly SampleContract _sample = SampleContract.Create(7, CodeLength, stateLength: 50_000);
    private readonly TransferNodes _nodes = new();

    public void Dispose()
    {
        _nodes.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public async Task A_get_goes_on_where_it_broke_when_its_source_comes_back()
    {
        NodeIdentity identity = NodeIdentity.Create();
        using var sourceStore = StoreOf(_sample);
        FastPathNode source = _nodes.Start(new FastPathOptions { Store = sourceStore }, identity);
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions { Store = store, Retry = TransferNodes.Patient });
        await reader.ConnectAsync(source.Address);
        int breaks = 0;
        GetReport report = await reader.GetAsync(
            _sample.Id,
            key => new TriggeredWriter(store.BeginWrite(key), CodeLength * 3 / 4, () =>
            {
                breaks++;
                source = _nodes.Restart(source, identity, new FastPathOptions { Store = sourceStore });
            }));
        AssertHeld(store, _sample);
        Assert.Equal((1, 1, 0L), (breaks, report.Retries, report.Restarts));
        long sent = _nodes.SentByTheStopped + source.Core.Endpoint.StreamCounters.PayloadBytesSent;
        Assert.InRange(sent, report.Bytes, (report.Bytes * 105 / 100) + TransferNodes.WindowBytes);
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public async Task A_get_goes_on_from_another_source_that_has_the_same_payload()
    {
        using FileContractStore firstStore = StoreOf(_sample);
        using FileContractStore secondStore = StoreOf(_sample, "second");
        FastPathNode first = _nodes.Start(new FastPathOptions { Store = firstStore });
        FastPathNode second = _nodes.Start(new FastPathOptions { Store = secondStore });
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions { Store = store, Retry = TransferNodes.Patient });
        await reader.ConnectAsync(first.Address);
        GetReport report = await reader.GetAsync(
            _sample.Id,
            key => new TriggeredWriter(store.BeginWrite(key), CodeLength / 2, () =>
            {
                reader.ConnectAsync(second.Address).AsTask().Wait();
                _nodes.Stop(first);
            }));
        AssertHeld(store, _sample);
        Assert.Equal((1, 0L), (report.Retries, report.Restarts));
        long sent = second.Core.Endpoint.StreamCounters.PayloadBytesSent;
        Assert.InRange(sent, 1, (report.Bytes / 2 * 105 / 100) + TransferNodes.WindowBytes);
    }

    [Fact]
    [Trait("Scenario", "P8")]
    public async Task Of_two_sources_one_fails_in_the_middle_and_the_caller_sees_the_bytes_of_the_other_and_one_success()
    {
        using FileContractStore firstStore = StoreOf(_sample);
        using FileContractStore secondStore = StoreOf(_sample, "second");
        FastPathNode[] sources =
            [_nodes.Start(new FastPathOptions { Store = firstStore }), _nodes.Start(new FastPathOptions { Store = secondStore })];
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions { Store = store, Retry = TransferNodes.Patient });
        foreach (FastPathNode source in sources)
        {
            FastPathPeer peer = await reader.ConnectAsync(source.Address);
            await peer.PingAsync();
        }

        FastPathNode? failed = null;
        GetReport report = await reader.GetAsync(_sample.Id, key => new TriggeredWriter(store.BeginWrite(key), CodeLength / 2, () =>
        {
            failed = sources.Single(source => source.Core.Endpoint.StreamCounters.PayloadBytesSent > 0);
            _nodes.Stop(failed);
        }));
        AssertHeld(store, _sample);
        Assert.Equal((1, 0L), (report.Retries, report.Restarts));
        FastPathNode other = sources.Single(source => source != failed);
        Assert.InRange(other.Core.Endpoint.StreamCounters.PayloadBytesSent, 1, (report.Bytes / 2 * 105 / 100) + TransferNodes.WindowBytes);
    }

    [Fact]
    public async Task Bytes_of_two_payloads_never_mix()
    {
        SampleContract other = _sample.WithState(50_000, seed: 99);
        using FileContractStore firstStore = StoreOf(_sample);
        using FileContractStore secondStore = StoreOf(other, "second");
        FastPathNode first = _nodes.Start(new FastPathOptions { Store = firstStore });
        FastPathNode second = _nodes.Start(new FastPathOptions { Store = secondStore });
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions { Store = store, Retry = TransferNodes.Patient });
        await reader.ConnectAsync(first.Address);
        bool isFirst = true;
        GetReport report = await reader.GetAsync(
            _sample.Id,
            key =>
            {
                long at = isFirst ? CodeLength / 2 : long.MaxValue;
                isFirst = false;
                return new TriggeredWriter(store.BeginWrite(key), at, () =>
                {
                    reader.ConnectAsync(second.Address).AsTask().Wait();
                    _nodes.Stop(first);
                });
            });
        AssertHeld(store, other);
        Assert.Equal(1, report.Restarts);
    }

    [Fact]
    public async Task A_get_that_was_ended_goes_on_in_another_node_with_the_same_folder()
    {
        using FileContractStore sourceStore = StoreOf(_sample);
        FastPathNode source = _nodes.Start(new FastPathOptions { Store = sourceStore });
        using var store = new MemoryContractStore();
        var options = new FastPathOptions { Store = store, PartialFolder = Path.Combine(_folder.Path, "partial") };
        FastPathNode reader = _nodes.Start(options);
        await reader.ConnectAsync(source.Address);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.GetAsync(
            _sample.Id, key => new TriggeredWriter(store.BeginWrite(key), CodeLength * 3 / 4, cancel.Cancel), cancel.Token));
        _nodes.Stop(reader);
        long sentBefore = source.Core.Endpoint.StreamCounters.PayloadBytesSent;

        FastPathNode again = _nodes.Start(options);
        await again.ConnectAsync(source.Address);
        GetReport report = await again.GetAsync(_sample.Id);
        AssertHeld(store, _sample);
        Assert.InRange(report.ResumedFrom, CodeLength * 3 / 4, report.Bytes);
        // It was ended on the way; how soon the reader notices is the scheduler's.
        Assert.InRange(sentBefore, 1, report.Bytes - 1);
        long sent = source.Core.Endpoint.StreamCounters.PayloadBytesSent;
        Assert.InRange(sent, report.Bytes, (report.Bytes * 105 / 100) + TransferNodes.WindowBytes);
        Assert.Empty(Directory.EnumerateFiles(options.PartialFolder!));
    }

    [Fact]
    public async Task A_source_that_announces_no_digest_cannot_be_resumed_and_says_so()
    {
        using var sourceStore = FileContractStore.Open(Path.Combine(_folder.Path, "plain"), computesPayloadDigests: false);
        _sample.StoreIn(sourceStore);
        FastPathNode source = _nodes.Start(new FastPathOptions { Store = sourceStore, VerifiedGroups = false });
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions { Store = store, Retry = TransferNodes.Patient });
        await reader.ConnectAsync(source.Address);
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () => await reader.GetAsync(
            _sample.Id, key => new TriggeredWriter(store.BeginWrite(key), CodeLength / 2, () => _nodes.Stop(source))));
        Assert.Equal(FastPathError.NotResumable, error.Error);
        Assert.Equal(TransferRole.Sink, error.Transfer!.Role);
        Assert.InRange(error.Transfer.BytesDone, CodeLength / 2, CodeLength + 60_000);
        Assert.Empty(store.Enumerate());
    }

    [Fact]
    public async Task A_transfer_whose_source_stays_away_fails_once_its_budget_is_used()
    {
        using FileContractStore sourceStore = StoreOf(_sample);
        FastPathNode source = _nodes.Start(new FastPathOptions { Store = sourceStore });
        using var store = new MemoryContractStore();
        FastPathNode reader = _nodes.Start(new FastPathOptions
        {
            Store = store,
            HandshakeTimeout = TimeSpan.FromMilliseconds(300),
            Retry = TransferNodes.Patient with { AttemptsWithoutProgress = 2 },
        });
        await reader.ConnectAsync(source.Address);
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () => await reader.GetAsync(
            _sample.Id, key => new TriggeredWriter(store.BeginWrite(key), CodeLength / 2, () => _nodes.Stop(source))));
        Assert.Equal(FastPathError.ConnectionClosed, error.Error);
        Assert.Contains("taken up again 2 times", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Transfer!.BytesDone, CodeLength / 2, CodeLength + 60_000);
        Assert.True(error.Transfer is { Role: TransferRole.Sink, IsResumable: true, Holes.Count: >= 1 });
        Assert.Empty(store.Enumerate());
    }

    [Fact]
    public async Task A_put_goes_on_from_what_the_node_kept_before_it_was_restarted()
    {
        NodeIdentity identity = NodeIdentity.Create();
        using var store = FileContractStore.Open(Path.Combine(_folder.Path, "taker"));
        var options = new FastPathOptions { Store = store, PartialFolder = Path.Combine(_folder.Path, "partial") };
        FastPathNode taker = _nodes.Start(options, identity);
        FastPathNode putter = _nodes.Start(new FastPathOptions { Retry = TransferNodes.Patient });
        FastPathPeer peer = await putter.ConnectAsync(taker.Address);
        var body = new TriggeredBody(_sample.Code, CodeLength * 9 / 10, () => taker = _nodes.Restart(taker, identity, options));
        PutReport report = await putter.PutAsync(peer, ContractOf(_sample, body), StateOf(_sample));
        AssertHeld(store, _sample);
        Assert.True(report.Retries >= 1);
        Assert.InRange(report.PayloadBytesSent, report.Bytes, (report.Bytes * 105 / 100) + TransferNodes.WindowBytes);
        await StreamReading.UntilAsync(() => !Directory.EnumerateFiles(options.PartialFolder!).Any(), "a partial file was left");
    }

    [Fact]
    [Trait("Scenario", "P9")]
    public async Task A_put_of_what_the_node_has_moves_no_payload()
    {
        using FileContractStore store = StoreOf(_sample);
        FastPathNode taker = _nodes.Start(new FastPathOptions { Store = store });
        FastPathNode putter = _nodes.Start(new FastPathOptions());
        FastPathPeer peer = await putter.ConnectAsync(taker.Address);
        PutReport report = await putter.PutAsync(peer, ContractOf(_sample, new MemoryBody(_sample.Code)), StateOf(_sample));
        Assert.True(report.WasHeld);
        Assert.Equal(0, putter.Core.Endpoint.StreamCounters.PayloadBytesSent);

        // A newer state of the same contract is not what the node has.
        SampleContract newer = _sample.WithState(50_000, seed: 5);
        report = await putter.PutAsync(
            peer, ContractOf(newer, new MemoryBody(newer.Code)), StateOf(newer), new OperationOptions { StateVersion = 1 });
        Assert.False(report.WasHeld);
        AssertHeld(store, newer);
    }

    private static ContractContainer ContractOf(SampleContract sample, IBody code) =>
        ContractContainer.FromCode(code, new MemoryBody(sample.Parameters));

    private static WrappedState StateOf(SampleContract sample) => new(new MemoryBody(sample.State!));

    private static void AssertHeld(IContractStore store, SampleContract sample)
    {
        using StoredContract entry = store.TryOpen(sample.Id)!;
        Assert.Equal(sample.Code, SampleContract.ReadAll(entry.Code));
        Assert.Equal(sample.State, SampleContract.ReadAll(entry.State!));
    }

    private FileContractStore StoreOf(SampleContract sample, string name = "source")
    {
        FileContractStore store = FileContractStore.Open(Path.Combine(_folder.Path, name));
        sample.StoreIn(store);
        return store;
    }
}
