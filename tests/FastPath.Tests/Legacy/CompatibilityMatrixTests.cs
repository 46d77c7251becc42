using FastPath.Tests.Stores;

namespace FastPath.Tests.Legacy;

/// <summary>Every pair of nodes, each operation, with and without an old relay between them: all complete, none is a black hole.</summary>
[Trait("Scenario", "V1")]
public sealed class CompatibilityMatrixTests
{
    private const int CodeLength = 200_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<PartyKind, PartyKind, bool> Pairs
    {
        get
        {
            var pairs = new TheoryData<PartyKind, PartyKind, bool>();
            foreach (PartyKind from in Enum.GetValues<PartyKind>())
            {
                foreach (PartyKind to in Enum.GetValues<PartyKind>())
                {
                    pairs.Add(from, to, false);
                    pairs.Add(from, to, true);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_put_arrives(PartyKind from, PartyKind to, bool overOldRelay)
    {
        await using var line = await PartyLine.StartAsync(from, to, overOldRelay).WaitAsync(Limit);
        SampleContract contract = SampleContract.Create(7, CodeLength, stateLength: 5_000);
        await line.First.PutAsync(line.Neighbour, contract).WaitAsync(Limit);
        await line.Last.AssertHasAsync(contract);
        line.AssertBestCommonMode(line.First);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_get_is_answered(PartyKind from, PartyKind to, bool overOldRelay)
    {
        await using var line = await PartyLine.StartAsync(from, to, overOldRelay).WaitAsync(Limit);
        SampleContract contract = SampleContract.Create(8, CodeLength, stateLength: 5_000);
        await line.Last.KeepAsync(contract);
        await line.First.GetAsync(line.Neighbour, contract).WaitAsync(Limit);
        await line.First.AssertHasAsync(contract);
        line.AssertBestCommonMode(line.Last);
    }
}
