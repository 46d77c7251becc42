using System.Net;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Demo;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Cli.Bench.Mission;

/// <summary>Contracts to, from and through a node that speaks wire version 0 alone: whole messages, and no capabilities.</summary>
internal sealed class OldPeers : IAsyncDisposable
{
    private readonly MemoryContractStore[] _stores = [new(), new(), new()];
    private readonly FastPathNode _near;
    private readonly FastPathNode _old;
    private readonly FastPathNode _far;

    private OldPeers(FastPathOptions options)
    {
        _near = Start(options, 0, isOld: false);
        _old = Start(options, 1, isOld: true);
        _far = Start(options, 2, isOld: false);
    }

    /// <returns>How many of how many operations ended with every byte where it belongs.</returns>
    public static async Task<(int Served, int Asked)> ServeAsync(FastPathOptions options, long size, CancellationToken cancellationToken)
    {
        await using var peers = new OldPeers(options);
        FastPathPeer nearToOld = await RawNodes.ConnectAsync(peers._near, peers._old.Address, cancellationToken).ConfigureAwait(false);
        await RawNodes.ConnectAsync(peers._far, peers._old.Address, cancellationToken).ConfigureAwait(false);
        FastPathPeer oldToNear = await RawNodes.ConnectAsync(peers._old, peers._near.Address, cancellationToken).ConfigureAwait(false);
        if (nearToOld.Capabilities.WireVersion != 0)
        {
            throw new InvalidOperationException("the old peer speaks a newer version");
        }

        // By number of the node: who begins, who has it or is to have it.
        bool[] served =
        [
            await peers.PutsAsync(peers._near, nearToOld, 1, new DemoContract(size, 1), cancellationToken).ConfigureAwait(false),
            await peers.PutsAsync(peers._old, oldToNear, 0, new DemoContract(size, 2), cancellationToken).ConfigureAwait(false),
            await peers.GetsAsync(peers._near, 0, from: 1, new DemoContract(size, 3), cancellationToken).ConfigureAwait(false),
            await peers.GetsAsync(peers._old, 1, from: 0, new DemoContract(size, 4), cancellationToken).ConfigureAwait(false),
            await peers.GetsAsync(peers._near, 0, from: 2, new DemoContract(size, 5), cancellationToken).ConfigureAwait(false),
            await peers.GetsAsync(peers._far, 2, from: 0, new DemoContract(size, 6), cancellationToken).ConfigureAwait(false),
        ];
        return (served.Count(isServed => isServed), served.Length);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in (FastPathNode[])[_near, _old, _far])
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        Array.ForEach(_stores, store => store.Dispose());
    }

    private FastPathNode Start(FastPathOptions options, int number, bool isOld) => FastPathNode.Start(
        NodeIdentity.Create(),
        new IPEndPoint(IPAddress.Loopback, 0),
        options with { Store = _stores[number], SpeaksAsOldNode = isOld });

    private async Task<bool> PutsAsync(
        FastPathNode from, FastPathPeer to, int store, DemoContract contract, CancellationToken cancellationToken)
    {
        try
        {
            await from.PutAsync(
                to, contract.Container, new WrappedState(new MemoryBody(contract.State)), cancellationToken).ConfigureAwait(false);
            return contract.IsStoredIn(_stores[store]);
        }
        catch (FastPathException)
        {
            return false;
        }
    }

    private async Task<bool> GetsAsync(FastPathNode node, int store, int from, DemoContract contract, CancellationToken cancellationToken)
    {
        try
        {
            contract.StoreIn(_stores[from]);
            await node.GetAsync(contract.Container.Key.Instance, cancellationToken).ConfigureAwait(false);
            return contract.IsStoredIn(_stores[store]);
        }
        catch (FastPathException)
        {
            return false;
        }
    }
}
