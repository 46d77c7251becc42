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

    /// <summary>Whole where one end of a hop is old; a stream where both can.</summary>
    public void AssertBestCommonMode()
    {
        foreach (Party party in (Party[])[First, Last])
        {
            if (party.Node is { } node)
            {
                bool isWithOld = node.Peers.All(peer => peer.Capabilities.WireVersion == 0);
                Assert.Equal(isWithOld, node.Peers.All(peer => !peer.Capabilities.Streaming));
                Assert.Equal(isWithOld, node.Host.Legacy.ContractsMoved > 0);
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
