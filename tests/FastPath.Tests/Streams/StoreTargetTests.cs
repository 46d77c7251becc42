using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Streams;

/// <summary>A store beside the peers that a stream is passed on to.</summary>
public sealed class StoreTargetTests
{
    private readonly SampleContract _sample = SampleContract.Create(21, 700_000, stateLength: 9_000);

    [Fact]
    public async Task A_store_keeps_what_is_passed_on_to_a_peer()
    {
        using var kept = new MemoryContractStore();
        (FastPathException? failure, bool isWhole) = await PassOnAsync(kept, _sample.Key);
        Assert.Null(failure);
        Assert.True(isWhole);
        _sample.AssertIsIn(kept);
    }

    [Fact]
    public async Task A_store_that_is_told_another_key_keeps_nothing_and_says_so()
    {
        using var kept = new MemoryContractStore();
        (FastPathException? failure, _) = await PassOnAsync(kept, SampleContract.Create(22, 10).Key);
        Assert.Equal(FastPathError.Corrupt, failure?.Error);
        Assert.Empty(kept.Enumerate());
    }

    private async Task<(FastPathException? Failure, bool IsWhole)> PassOnAsync(MemoryContractStore kept, ContractKey key)
    {
        using var source = new MemoryContractStore();
        _sample.StoreIn(source);
        using StoredContract entry = source.TryOpen(_sample.Id)!;
        StreamingSerializer body = entry.ToPayload().StartSerialize();
        await using NodeLine line = await NodeLine.StartAsync(3);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: body.Length);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(body);
            await writer.CompleteAsync();
        });
        StreamHandle arriving = await StreamReading.AcceptAsync(line[1]);
        FastPathException? failure = null;
        bool isWhole = false;
        await using (RelayedStream relayed = line[1].Relay(
            arriving, [FanOutTarget.ToPeer(line.Right(1)), FanOutTarget.ToStore(kept, key, ContractForm.Bincode)]))
        {
            using StreamHandle sink = await StreamReading.AcceptAsync(line[2]);
            byte[] got = await StreamReading.DrainAsync(sink);
            isWhole = got.Length == body.Length;
            failure = await Record.ExceptionAsync(async () => await relayed.CompleteAsync()) as FastPathException;
        }

        await write;
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
        return (failure, isWhole);
    }
}
