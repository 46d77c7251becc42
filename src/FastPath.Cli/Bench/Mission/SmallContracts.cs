using System.Diagnostics;
using System.Net;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Demo;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Stores;

namespace FastPath.Cli.Bench.Mission;

/// <summary>GETs of a contract below the threshold, from a node that stands next to the one that asks.</summary>
internal sealed class SmallContracts : IAsyncDisposable
{
    private const int GetsOfRound = 10;
    private const int WarmUps = 100;

    // On which cores the threads of two nodes come to lie decides more than what they do: nodes are started anew.
    private const int Sets = 5;

    private readonly MemoryContractStore _store = new();
    private readonly FastPathNode _server;
    private readonly FastPathNode _client;

    private SmallContracts(FastPathOptions options)
    {
        _server = Start(options with { Store = _store });
        _client = Start(options with { IsClient = true });
    }

    /// <summary>How many times as long a GET takes with streaming as without: the median of sets of nodes, each of paired blocks.</summary>
    /// <param name="options">Of the nodes that stream; the others differ in the stage alone.</param>
    /// <param name="size">Bytes of code and state.</param>
    /// <param name="rounds">Pairs of blocks of each set.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<double> MeasureAsync(
        FastPathOptions options, int size, int rounds, CancellationToken cancellationToken)
    {
        var contract = new DemoContract(size, 1);
        double[] medians = new double[Sets];
        for (int i = 0; i < Sets; i++)
        {
            medians[i] = await MeasureSetAsync(options, contract, rounds, cancellationToken).ConfigureAwait(false);
        }

        return Figures.Median(medians);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
    }

    private static async Task<double> MeasureSetAsync(
        FastPathOptions options, DemoContract contract, int rounds, CancellationToken cancellationToken)
    {
        await using SmallContracts on = await StartAsync(options, contract, cancellationToken).ConfigureAwait(false);
        await using SmallContracts off = await StartAsync(
            options with { Streaming = FastPathStreaming.Off }, contract, cancellationToken).ConfigureAwait(false);
        int warmUps = Math.Min(WarmUps, rounds * GetsOfRound);
        await on.GetAsync(contract, warmUps, cancellationToken).ConfigureAwait(false);
        await off.GetAsync(contract, warmUps, cancellationToken).ConfigureAwait(false);
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            SmallContracts first = i % 2 == 0 ? on : off;
            SmallContracts second = i % 2 == 0 ? off : on;
            double firstTook = await first.GetAsync(contract, GetsOfRound, cancellationToken).ConfigureAwait(false);
            double secondTook = await second.GetAsync(contract, GetsOfRound, cancellationToken).ConfigureAwait(false);
            ratios[i] = first == on ? firstTook / secondTook : secondTook / firstTook;
        }

        return Figures.Median(ratios);
    }

    private static async Task<SmallContracts> StartAsync(
        FastPathOptions options, DemoContract contract, CancellationToken cancellationToken)
    {
        var contracts = new SmallContracts(options);
        contract.StoreIn(contracts._store);
        await RawNodes.ConnectAsync(contracts._client, contracts._server.Address, cancellationToken).ConfigureAwait(false);
        return contracts;
    }

    private static FastPathNode Start(FastPathOptions options) =>
        FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), options);

    /// <returns>Median, microseconds.</returns>
    private async Task<double> GetAsync(DemoContract contract, int count, CancellationToken cancellationToken)
    {
        double[] microseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            using var fetched = new MemoryContractStore(computesPayloadDigests: false);
            long asked = Stopwatch.GetTimestamp();
            await _client.GetAsync(contract.Container.Key.Instance, fetched.BeginWrite, cancellationToken).ConfigureAwait(false);
            microseconds[i] = Stopwatch.GetElapsedTime(asked).TotalMicroseconds;
            if (!contract.IsStoredIn(fetched))
            {
                throw new InvalidDataException("what came is not what was asked for");
            }
        }

        return Figures.Median(microseconds);
    }
}
