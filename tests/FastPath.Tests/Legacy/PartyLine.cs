using FastPath.Protocol.Streams;

namespace FastPath.Tests.Legacy;

/// <summary>Two nodes, and perhaps an old one between them.</summary>
internal sealed class PartyLine : IAsyncDisposable
{
    private readonly Party? _relay;

    private PartyLine(PartyKind from, PartyKind to, bool overOldRelay)
    {
        First = new Party(from);
        Last = new Party(to);
        _relay = overOldRelay ? new Party(PartyKind.Old) : null;
    }

    public Party First { get; }

    public Party Last { get; }

    /// <summary>Whom the first one speaks to.</summary>
    public Party Neighbour => _relay ?? Last;

    public static async Task<PartyLine> StartAsync(PartyKind from, PartyKind to, bool overOldRelay)
    {
        var line = new PartyLine(from, to, overOldRelay);
        await line.First.ConnectAsync(line.Neighbour);
        if (line._relay is not null)
        {
            await line.Last.ConnectAsync(line._relay);
        }

        return line;
    }

    /// <summary>A stream where both ends of a hop can and the sender is at that stage; whole otherwise, and as old nodes do it next to them.</summary>
    /// <param name="sender">Where the contract came from.</param>
    public void AssertBestCommonMode(Party sender)
    {
        foreach (Party party in (Party[])[First, Last])
        {
            if (party.Node is { } node)
            {
                bool isWithOld = Neighbour.Kind == PartyKind.Old || (party == Last && First.Kind == PartyKind.Old);
                Assert.All(node.Peers, peer => Assert.Equal((isWithOld ? 0 : 1, !isWithOld), (peer.Capabilities.WireVersion, peer.Capabilities.Streaming)));
                Assert.Equal(isWithOld, node.Host.Legacy.ContractsMoved > 0);
                bool streams = party == sender && party.Kind == PartyKind.Full && !isWithOld;
                StreamCounters counters = node.Core.Endpoint.StreamCounters;
                Assert.Equal(streams ? 1 : 0, counters.SendsStarted - counters.SendsWhole);
                Assert.Equal(party == sender && !streams ? 1 : 0, counters.SendsWhole);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await First.DisposeAsync();
        await Last.DisposeAsync();
        await (_relay?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
