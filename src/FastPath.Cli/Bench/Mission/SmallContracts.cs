using System.Diagnostics;
using System.Net;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Demo;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Stores;

namespace FastPath.Cli.Bench.Mission;

/// <summary>GETs of a contract below the threshold, from a node that stands next to the one that asks.</summary>
internal sealed class SmallContracts : ITimedWork
{
    private readonly MemoryContractStore _store = new();
    private readonly DemoContract _contract;
    private readonly FastPathNode _server;
    private readonly FastPathNode _client;

    private SmallContracts(FastPathOptions options, DemoContract contract)
    {
        _contract = contract;
        contract.StoreIn(_store);
        _server = Start(options with { Store = _store });
        _client = Start(options with { IsClient = true });
    }

    public static async Task<ITimedWork> StartAsync(
        FastPathOptions options, DemoContract contract, CancellationToken cancellationToken)
    {
        var contracts = new SmallContracts(options, contract);
        try
        {
            await RawNodes.ConnectAsync(contracts._client, contracts._server.Address, cancellationToken).ConfigureAwait(false);
            return contracts;
        }
        catch
        {
            await contracts.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<double> TimeAsync(int count, CancellationToken cancellationToken)
    {
        double[] microseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            using var fetched = new MemoryContractStore(computesPayloadDigests: false);
            long asked = Stopwatch.GetTimestamp();
            await _client.GetAsync(_contract.Container.Key.Instance, fetched.BeginWrite, cancellationToken).ConfigureAwait(false);
            microseconds[i] = Stopwatch.GetElapsedTime(asked).TotalMicroseconds;
            if (!_contract.IsStoredIn(fetched))
            {
                throw new InvalidDataException("what came is not what was asked for");
            }
        }

        return Figures.Median(microseconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
    }

    private static FastPathNode Start(FastPathOptions options) =>
        FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), options);
}
