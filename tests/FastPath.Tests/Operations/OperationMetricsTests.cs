using FastPath.Contracts;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Diagnostics;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

/// <summary>What the counters say of operations: each end once, exactly, and the sum right.</summary>
public sealed class OperationMetricsTests
{
    private static readonly SampleContract Sample = SampleContract.Create(5, 90_000, 100);

    [Fact]
    [Trait("Scenario", "T1")]
    [Trait("Scenario", "T2")]
    public async Task Every_end_of_an_operation_is_counted_exactly_and_none_is_sampled_away()
    {
        using var store = new MemoryContractStore();
        var options = new FastPathOptions { Retry = new RetryBudget { AttemptsWithoutProgress = 0 } };
        await using NodeLine line = await NodeLine.StartAsync(2, i => options with { Store = i == 1 ? store : null });
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(Sample.Code), new MemoryBody(Sample.Parameters));
        var state = new WrappedState(new MemoryBody(Sample.State!));
        byte[] other = [.. Sample.Code];
        other[5] ^= 1;
        ContractContainer forged = contract with { Code = contract.Code with { Data = new MemoryBody(other) } };
        const int Times = 7;
        for (int i = 0; i < Times; i++)
        {
            await line[0].PutAsync(line.Right(0), contract, state);
            await Assert.ThrowsAsync<FastPathException>(async () => await line[0].PutAsync(line.Right(0), forged, state));
            using var fetched = new MemoryContractStore();
            await line[0].GetAsync(Sample.Id, fetched.BeginWrite);
            await Assert.ThrowsAsync<FastPathException>(async () => await line[0].GetAsync(SampleContract.Create(6, 10).Id, fetched.BeginWrite));
        }

        Dictionary<string, long> values = NodeMetrics.Read(line[0]);
        Assert.Equal(
            (2 * Times, Times, 0, Times, 0, 0),
            (values["fastpath.puts.started"], values["fastpath.puts.completed"], values["fastpath.puts.not_found"],
                values["fastpath.puts.failed"], values["fastpath.puts.cancelled"], values["fastpath.puts.active"]));
        Assert.Equal(
            (2 * Times, Times, Times, 0, 0, 0),
            (values["fastpath.gets.started"], values["fastpath.gets.completed"], values["fastpath.gets.not_found"],
                values["fastpath.gets.failed"], values["fastpath.gets.cancelled"], values["fastpath.gets.active"]));
    }

    [Fact]
    [Trait("Scenario", "T3")]
    public async Task Both_ends_of_a_transfer_that_failed_name_it_by_one_id_and_say_how_far_it_came()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream sent = line.Right(0).OpenStream(totalLength: 100_000);
        await sent.WriteAsync(new byte[30_000]);
        await foreach (StreamHandle received in line[1].AcceptStreamsAsync())
        {
            using StreamHandle owned = received;
            await received.ReadAvailableAsync(CancellationToken.None);
            sent.Abort(FastPathError.StoreFailed);
            FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () =>
            {
                while (!(await received.ReadAvailableAsync(CancellationToken.None)).IsEmpty)
                {
                }
            });
            Assert.Equal(FastPathError.StoreFailed, error.Error);
            Assert.Equal(sent.TransferId, error.Transfer!.TransferId);
            Assert.Equal((TransferRole.Sink, 100_000L), (error.Transfer.Role, error.Transfer.BytesTotal));
            Assert.InRange(error.Transfer.BytesDone, 1, 30_000);
            Assert.NotNull(error.Transfer.LastProgressAge);
            break;
        }
    }

    [Fact]
    [Trait("Scenario", "T3")]
    public async Task Source_and_relay_of_a_transfer_that_failed_say_the_same_id_and_how_far_they_came()
    {
        await using NodeLine line = await NodeLine.StartAsync(3);
        await using OutgoingStream sent = line.Right(0).OpenStream(totalLength: 100_000);
        await sent.WriteAsync(new byte[30_000]);
        await using IAsyncEnumerator<StreamHandle> passing = line[1].AcceptStreamsAsync().GetAsyncEnumerator();
        await passing.MoveNextAsync();
        Task relay = line[1].RelayToAsync(passing.Current, [line.Right(1)]).AsTask();
        await using IAsyncEnumerator<StreamHandle> arriving = line[2].AcceptStreamsAsync().GetAsyncEnumerator();
        await arriving.MoveNextAsync();
        using (StreamHandle received = arriving.Current)
        {
            await received.ReadAvailableAsync(CancellationToken.None);
            received.Stop(FastPath.Protocol.Streams.StreamErrorCode.TooLarge);
        }

        // Only then is the source told before it hears that the relay has everything.
        FastPathException between = await Assert.ThrowsAsync<FastPathException>(() => relay);
        FastPathException source = await Assert.ThrowsAsync<FastPathException>(async () =>
        {
            await sent.WriteAsync(new byte[70_000]);
            await sent.CompleteAsync();
        });
        Assert.Equal((FastPathError.TooLarge, FastPathError.TooLarge), (source.Error, between.Error));
        Assert.Equal((sent.TransferId, sent.TransferId), (source.Transfer!.TransferId, between.Transfer!.TransferId));
        Assert.Equal((TransferRole.Source, TransferRole.Relay), (source.Transfer.Role, between.Transfer.Role));
        Assert.Equal((100_000L, 100_000L), (source.Transfer.BytesTotal, between.Transfer.BytesTotal));
        Assert.InRange(source.Transfer.BytesDone, 0, source.Transfer.HighestByte);
        Assert.InRange(source.Transfer.HighestByte, 1, 100_000);
        Assert.True(source.Transfer.BytesSentAgain >= 0);
        Assert.NotNull(source.Transfer.LastProgressAge);
    }

    [Fact]
    [Trait("Scenario", "O8")]
    public async Task Failures_at_once_each_have_their_own_error_and_name_their_own_contract()
    {
        SampleContract[] samples = [.. Enumerable.Range(50, 4).Select(i => SampleContract.Create(i, 90_000, 100))];
        using var store = new MemoryContractStore();
        var options = new FastPathOptions { Retry = new RetryBudget { AttemptsWithoutProgress = 0 } };
        await using NodeLine line = await NodeLine.StartAsync(3, i => options with { Store = i == 1 ? store : null });
        FastPathPeer withoutStore = await line[0].ConnectAsync(line[2].Address);
        await withoutStore.PingAsync();
        using var fetched = new MemoryContractStore();
        ContractContainer forged = ContractOf(samples[1]) with { Code = ContractOf(samples[2]).Code };
        (FastPathError Expected, SampleContract Sample, Task Operation)[] all =
        [
            (FastPathError.NotFound, samples[0], line[0].GetAsync(samples[0].Id, fetched.BeginWrite).AsTask()),
            (FastPathError.Corrupt, samples[1], line[0].PutAsync(line.Right(0), forged, StateOf(samples[1])).AsTask()),
            (FastPathError.Refused, samples[3], line[0].PutAsync(withoutStore, ContractOf(samples[3]), StateOf(samples[3])).AsTask()),
        ];
        foreach ((FastPathError expected, SampleContract sample, Task operation) in all)
        {
            FastPathException error = await Assert.ThrowsAsync<FastPathException>(() => operation);
            Assert.Equal(expected, error.Error);
            Assert.Contains(sample.Id.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    private static ContractContainer ContractOf(SampleContract sample) =>
        ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));

    private static WrappedState StateOf(SampleContract sample) => new(new MemoryBody(sample.State!));
}
