using System.Collections.Concurrent;
using FastPath.Contracts;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

/// <summary>Mixed operations on real nodes on loopback, some of which leave in their middle and return.</summary>
public sealed class NodeChurnTests
{
    private const int AtOnce = 4;
    private const int OperationsOfKey = 10;
    private const int OperationsOfDeparture = 40;
    private const string OperationsVariable = "FASTPATH_CHURN_OPERATIONS";

    /// <summary>For what takes milliseconds: only what hangs takes so long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentBag<(string What, FastPathError? Error, bool IsExplained)> _ends = [];

    [Fact]
    [Trait("Scenario", "P5")]
    public async Task Operations_on_16_nodes_that_come_and_go_each_end_well_or_in_one_typed_failure()
    {
        // 2,000 operations are on 200 keys.
        int operations = int.TryParse(Environment.GetEnvironmentVariable(OperationsVariable), out int wanted) ? wanted : 400;
        await using var fleet = new Fleet();
        await fleet.StartAsync();
        var random = new Random(1);
        SampleContract[] samples = [.. Enumerable.Range(0, operations / OperationsOfKey)
            .Select(i => SampleContract.Create(i, i % 10 == 0 ? 90_000 : 2_000, 50, parametersLength: 8))];
        List<Task> underWay = [];
        Task replacing = Task.CompletedTask;
        for (int i = 0; i < operations; i++)
        {
            if (i % OperationsOfDeparture == OperationsOfDeparture - 1)
            {
                // One leaves while requests are under way, its own among them.
                await replacing.WaitAsync(Limit);
                replacing = fleet.ReplaceAsync(random.Next(Fleet.Count));
            }

            FastPathNode? node = fleet[random.Next(Fleet.Count)] ?? fleet.Here.First();
            SampleContract sample = samples[random.Next(samples.Length)];
            underWay.Add(random.Next(10) < 6 ? GetAsync(fleet, node, sample) : PutAsync(fleet, node, sample, (ulong)i));
            if (underWay.Count >= AtOnce)
            {
                Task ended = await Task.WhenAny(underWay).WaitAsync(Limit);
                underWay.Remove(ended);
                await ended;
            }
        }

        await Task.WhenAll([.. underWay, replacing]).WaitAsync(Limit);
        Assert.Equal(operations, _ends.Count);
        Assert.DoesNotContain(_ends, end => end.Error is not null && !end.IsExplained);
        Assert.True(_ends.Count(end => end.Error is null) > operations / 2);
        Assert.Equal(operations / OperationsOfDeparture, fleet.Departures);
        await fleet.AssertNothingIsLeftAsync();

        // Quiet again: what somebody keeps everybody finds.
        foreach (SampleContract sample in samples.Where(fleet.Keeps))
        {
            using var fetched = new MemoryContractStore();
            await fleet[random.Next(Fleet.Count)]!.GetAsync(sample.Id, fetched.BeginWrite);
            AssertIs(sample, fetched);
        }

        await fleet.AssertNothingIsLeftAsync();
    }

    private async Task GetAsync(Fleet fleet, FastPathNode node, SampleContract sample)
    {
        using var fetched = new MemoryContractStore();
        int changes = fleet.Changes;
        bool wasKept = fleet.Keeps(sample);
        FastPathError? error = await EndOfAsync(async () =>
        {
            await node.GetAsync(sample.Id, fetched.BeginWrite);
            AssertIs(sample, fetched);
        });
        bool isExplained = WasDisturbed(fleet, changes) || (error == FastPathError.NotFound && !wasKept);
        _ends.Add(($"GET of {sample.Id}", error, isExplained && IsTyped(error)));
    }

    private async Task PutAsync(Fleet fleet, FastPathNode node, SampleContract sample, ulong version)
    {
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));
        var state = new WrappedState(new MemoryBody(BitConverter.GetBytes(version)));
        int changes = fleet.Changes;
        FastPathError? error = await EndOfAsync(
            () => node.PutAsync(contract, state, new OperationOptions { StateVersion = version }).AsTask());
        _ends.Add(($"PUT of {sample.Id}", error, WasDisturbed(fleet, changes) && IsTyped(error)));
    }

    /// <summary>A node was away when it began, or has left since.</summary>
    private static bool WasDisturbed(Fleet fleet, int changes) => changes % 2 != 0 || changes != fleet.Changes;

    private static bool IsTyped(FastPathError? error) =>
        error is FastPathError.NotFound or FastPathError.Unavailable or FastPathError.ConnectionClosed;

    private static async Task<FastPathError?> EndOfAsync(Func<Task> operation)
    {
        try
        {
            await operation();
            return null;
        }
        catch (FastPathException e)
        {
            return e.Error;
        }
    }

    private static void AssertIs(SampleContract sample, MemoryContractStore fetched)
    {
        using StoredContract got = fetched.TryOpen(sample.Id)!;
        Assert.Equal(sample.Code, SampleContract.ReadAll(got.Code));
    }
}
