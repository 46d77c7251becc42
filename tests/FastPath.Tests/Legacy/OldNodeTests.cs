using System.Net;
using FastPath.Identities;
using FastPath.LegacyNode;
using FastPath.Options;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Legacy;

/// <summary>A node of today and an old one, live on loopback: every contract goes whole, and none is lost.</summary>
public sealed class OldNodeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Scenario", "V2")]
    public async Task A_dial_to_an_old_node_ends_in_wire_version_0_without_any_capability()
    {
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = Start(null);
        FastPathPeer peer = await node.ConnectAsync(AddressOf(old)).AsTask().WaitAsync(Limit);
        await peer.PingAsync();
        NegotiatedCapabilities capabilities = peer.Capabilities;
        Assert.Equal((0, 0UL), (capabilities.WireVersion, capabilities.Features));
        Assert.Equal(default(PeerCapabilities), capabilities.ForContracts);
        Assert.Empty(capabilities.Ciphers);
        await using OutgoingStream stream = peer.OpenStream();
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () => await stream.CompleteAsync());
        Assert.Equal(FastPathError.Refused, error.Error);
        Assert.Equal(0, await old.CountForeignAsync());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(30_000)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public async Task An_old_node_puts_and_gets_at_a_node_of_today(int codeLength)
    {
        using var store = new MemoryContractStore();
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = Start(store);
        await old.ConnectAsync(node.Address.PublicKey.ToArray(), node.Address.EndPoint).WaitAsync(Limit);
        SampleContract contract = SampleContract.Create(1, codeLength, stateLength: 1_000);
        byte[] key = node.Address.PublicKey.ToArray();
        Assert.Null(await old.GetAsync(key, ToOld(contract).Instance).WaitAsync(Limit));
        Assert.True(await old.PutAsync(key, ToOld(contract)).WaitAsync(Limit));
        contract.AssertIsIn(store);
        OldContract? back = await old.GetAsync(key, ToOld(contract).Instance).WaitAsync(Limit);
        Assert.NotNull(back);
        AssertSame(contract, back);
        Assert.Equal(0, await old.CountForeignAsync());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public async Task A_node_of_today_puts_and_gets_at_an_old_node(int codeLength)
    {
        using var store = new MemoryContractStore();
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = Start(store);
        FastPathPeer peer = await node.ConnectAsync(AddressOf(old)).AsTask().WaitAsync(Limit);
        SampleContract contract = SampleContract.Create(2, codeLength, stateLength: 1_000);
        await node.PutAsync(peer, ContractOf(contract), StateOf(contract)).AsTask().WaitAsync(Limit);
        OldContract? kept = await old.FindAsync(ToOld(contract).Instance);
        Assert.NotNull(kept);
        AssertSame(contract, kept);
        await node.GetAsync(contract.Id).AsTask().WaitAsync(Limit);
        contract.AssertIsIn(store);
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await node.GetAsync(SampleContract.Create(3, 10).Id).AsTask().WaitAsync(Limit));
        Assert.Equal(FastPathError.NotFound, error.Error);
        Assert.Equal(0, await old.CountForeignAsync());
    }

    [Fact]
    public async Task What_an_old_node_gives_that_is_not_what_its_key_says_is_not_taken()
    {
        using var store = new MemoryContractStore();
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = Start(store);
        await node.ConnectAsync(AddressOf(old)).AsTask().WaitAsync(Limit);
        SampleContract contract = SampleContract.Create(4, 100_000, stateLength: 10);
        byte[] other = [.. contract.Code];
        other[70_000] ^= 1;
        await old.KeepAsync(ToOld(contract) with { Code = other });
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await node.GetAsync(contract.Id).AsTask().WaitAsync(Limit));
        Assert.Equal(FastPathError.Unavailable, error.Error);
        Assert.Empty(store.Enumerate());
    }

    [Fact]
    public async Task A_corrupt_contract_of_an_old_node_is_not_stored_and_the_old_node_hears_it()
    {
        using var store = new MemoryContractStore();
        await using OldNode old = OldNode.Start();
        await using FastPathNode node = Start(store);
        await old.ConnectAsync(node.Address.PublicKey.ToArray(), node.Address.EndPoint).WaitAsync(Limit);
        OldContract contract = ToOld(SampleContract.Create(5, 100_000, stateLength: 10));
        byte[] other = [.. contract.Code];
        other[5] ^= 1;
        Assert.False(await old.PutAsync(node.Address.PublicKey.ToArray(), contract with { Code = other }).WaitAsync(Limit));
        Assert.Empty(store.Enumerate());
    }

    internal static PeerEndpoint AddressOf(OldNode old) => new(old.PublicKey, old.EndPoint);

    internal static OldContract ToOld(SampleContract contract)
    {
        byte[] key = new byte[ContractKey.Length];
        contract.Key.Write(key);
        return new OldContract(contract.Code, key[32..], contract.Parameters, key[..32], contract.State ?? []);
    }

    internal static void AssertSame(SampleContract expected, OldContract actual)
    {
        Assert.True(expected.Code.AsSpan().SequenceEqual(actual.Code));
        Assert.True(expected.Parameters.AsSpan().SequenceEqual(actual.Parameters));
        Assert.True(expected.State.AsSpan().SequenceEqual(actual.State));
    }

    internal static ContractContainer ContractOf(SampleContract contract) => ContractContainer.FromCode(
        new Serialization.Bodies.MemoryBody(contract.Code), new Serialization.Bodies.MemoryBody(contract.Parameters));

    internal static WrappedState StateOf(SampleContract contract) => new(new Serialization.Bodies.MemoryBody(contract.State ?? []));

    private static FastPathNode Start(MemoryContractStore? store) => FastPathNode.Start(
        NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions { Store = store });
}
