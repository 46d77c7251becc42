using System.Net;
using FastPath.Identities;
using FastPath.LegacyNode;
using FastPath.Options;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Legacy;

/// <summary>One node of the matrix, old or of today, with the few things that every node can do.</summary>
internal sealed class Party : IAsyncDisposable
{
    private readonly OldNode? _old;
    private readonly FastPathNode? _node;
    private readonly MemoryContractStore _store = new();

    public Party(PartyKind kind)
    {
        Kind = kind;
        if (kind == PartyKind.Old)
        {
            _old = OldNode.Start();
        }
        else
        {
            _node = FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions
            {
                Store = _store,
                Streaming = kind == PartyKind.Full ? FastPathStreaming.On : FastPathStreaming.OptIn,
            });
        }
    }

    public PartyKind Kind { get; }

    public FastPathNode? Node => _node;

    public PeerEndpoint Address => _old is { } old ? new PeerEndpoint(old.PublicKey, old.EndPoint) : _node!.Address;

    /// <summary>After it either side can speak.</summary>
    public async Task ConnectAsync(Party to)
    {
        if (_node is not null)
        {
            FastPathPeer peer = await _node.ConnectAsync(to.Address);
            await peer.PingAsync();
        }
        else
        {
            await _old!.ConnectAsync(to.Address.PublicKey.ToArray(), to.Address.EndPoint);
        }
    }

    public async Task PutAsync(Party at, SampleContract contract)
    {
        if (_node is not null)
        {
            FastPathPeer peer = await _node.ConnectAsync(at.Address);
            await _node.PutAsync(peer, OldNodeTests.ContractOf(contract), OldNodeTests.StateOf(contract));
        }
        else
        {
            Assert.True(await _old!.PutAsync(at.Address.PublicKey.ToArray(), OldNodeTests.ToOld(contract)));
        }
    }

    public async Task GetAsync(Party at, SampleContract contract)
    {
        if (_node is not null)
        {
            await _node.GetAsync(contract.Id);
        }
        else
        {
            OldContract? found = await _old!.GetAsync(at.Address.PublicKey.ToArray(), OldNodeTests.ToOld(contract).Instance);
            Assert.NotNull(found);
            await _old.KeepAsync(found);
        }
    }

    public async Task KeepAsync(SampleContract contract)
    {
        if (_old is not null)
        {
            await _old.KeepAsync(OldNodeTests.ToOld(contract));
        }
        else
        {
            contract.StoreIn(_store);
        }
    }

    public async Task AssertHasAsync(SampleContract contract)
    {
        if (_old is not null)
        {
            OldContract? found = await _old.FindAsync(OldNodeTests.ToOld(contract).Instance);
            Assert.NotNull(found);
            OldNodeTests.AssertSame(contract, found);
            Assert.Equal(0, await _old.CountForeignAsync());
        }
        else
        {
            contract.AssertIsIn(_store);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_old?.DisposeAsync() ?? _node!.DisposeAsync());
        _store.Dispose();
    }
}
