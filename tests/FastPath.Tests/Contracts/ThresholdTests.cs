using FastPath.Contracts;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Contracts;

/// <summary>Where whole messages end and streams begin, on real nodes.</summary>
[Trait("Scenario", "V6")]
public sealed class ThresholdTests
{
    [Theory]
    [InlineData(65_535, 0)]
    [InlineData(65_536, 0)]
    [InlineData(65_537, 1)]
    public async Task The_threshold_is_exclusive(int payloadBytes, int streams)
    {
        using var store = new MemoryContractStore();
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions { Store = i == 1 ? store : null });
        (ContractContainer contract, WrappedState state) = Create(payloadBytes);
        PutReport put = await line[0].PutAsync(line.Right(0), contract, state);
        Assert.Equal(payloadBytes, put.Bytes);
        using StoredContract? kept = store.TryOpen(contract.Key.Instance);
        Assert.NotNull(kept);
        Assert.Equal((streams, 1 - streams), Sent(line[0]));
    }

    [Fact]
    public async Task Nodes_with_different_thresholds_understand_each_other()
    {
        using var left = new MemoryContractStore();
        using var right = new MemoryContractStore();
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions
        {
            Store = i == 0 ? left : right,
            StreamingThresholdBytes = i == 0 ? 1_000 : 1_000_000,
        });
        (ContractContainer contract, WrappedState state) = Create(100_000);
        await line[0].PutAsync(line.Right(0), contract, state);
        Assert.Equal((1, 0), Sent(line[0]));
        await line[0].GetAsync(contract.Key.Instance);
        Assert.Equal((0, 1), Sent(line[1]));
        using StoredContract? kept = left.TryOpen(contract.Key.Instance);
        Assert.NotNull(kept);
    }

    private static (long Streams, long Wholes) Sent(FastPathNode node)
    {
        StreamCounters counters = node.Core.Endpoint.StreamCounters;
        return (counters.SendsStarted - counters.SendsWhole, counters.SendsWhole);
    }

    /// <summary>A contract whose payload has exactly this length.</summary>
    private static (ContractContainer Contract, WrappedState State) Create(int payloadBytes)
    {
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(new byte[1_000]), new MemoryBody(new byte[] { 1, 2, 3 }));
        long rest = ContractPayload.Create(
            contract, new WrappedState(MemoryBody.Empty), ContractForm.Bincode, false, CancellationToken.None).Body.Length;
        return (contract, new WrappedState(new MemoryBody(new byte[payloadBytes - rest])));
    }
}
