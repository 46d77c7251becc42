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
}
