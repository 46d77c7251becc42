using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux;
using FsCheck.Xunit;

namespace FastPath.Sockets.Tests.Linux;

public sealed class SendBatchTests
{
    private const int ArenaBytes = 256 * 1_024;

    [Fact]
    public void A_tail_and_a_packet_of_control_leave_on_their_own()
    {
        var batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), 1_200, 1_200, 500, 1_200, 1_200, 60);
        Assert.Equal([(1_200, 2), (500, 1), (1_200, 2), (60, 1)], Groups(batch));
    }

    [Theory]
    [InlineData(1_200, 1_452)]
    [InlineData(1_452, 8_952)]
    public void A_probe_of_the_path_shares_its_group_with_nobody_whatever_comes_before_or_behind(int full, int probe)
    {
        var batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), full, full, probe, full, 40, probe, 40);
        Assert.Equal([(full, 2), (probe, 1), (full, 1), (40, 1), (probe, 1), (40, 1)], Groups(batch));
    }

    [Fact]
    public void A_group_has_at_most_64_datagrams_and_65_507_bytes()
    {
        var batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), Enumerable.Repeat(10, 130).ToArray());
        Assert.Equal([(10, 64), (10, 64), (10, 2)], Groups(batch));

        batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), Enumerable.Repeat(1_452, 60).ToArray());
        Assert.Equal([(1_452, 45), (1_452, 15)], Groups(batch));
    }

    [Fact]
    public void An_empty_datagram_stands_alone()
    {
        var batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), 0, 0, 100, 0);
        Assert.Equal([(0, 1), (0, 1), (100, 1), (0, 1)], Groups(batch));
    }

    [Fact]
    public void Peers_that_take_turns_have_a_group_each()
    {
        var batch = new SendBatch(ArenaBytes);
        for (int i = 0; i < 30; i++)
        {
            Commit(batch, Peer((ushort)(i % 3)), 1_200);
        }

        Assert.Equal([(1_200, 10), (1_200, 10), (1_200, 10)], Groups(batch));
        Assert.Equal([10, 10, 10], Enumerable.Range(0, 3).Select(i => batch[i].Vectors));
    }

    [Fact]
    public void Datagrams_side_by_side_share_one_piece_of_memory()
    {
        var batch = new SendBatch(ArenaBytes);
        Commit(batch, Peer(1), Enumerable.Repeat(1_200, 54).ToArray());
        Assert.Equal(1, batch[0].Vectors);
    }

    [Property]
    public void Every_datagram_is_found_again_in_the_order_of_its_peer((byte Peer, ushort Length)[] datagrams)
    {
        var batch = new SendBatch(ArenaBytes);
        var expected = new Dictionary<PeerAddress, List<(nint Base, int Length)>>();
        nint start = 0;
        int offset = 0;
        foreach ((byte number, ushort random) in datagrams.Take(SendBatch.GroupsMax))
        {
            // Few peers and few lengths, so that groups form.
            PeerAddress peer = Peer((ushort)(number % 4));
            int length = random % 3 * 600;
            Assert.True(batch.TryRent(1_200, out _));
            Assert.True(batch.TryCommit(length, peer, SendGroup.DatagramsMax));
            start = start == 0 ? batch.DatagramOf(0, 0).Base : start;
            expected.TryAdd(peer, []);
            expected[peer].Add((start + offset, length));
            offset += length;
        }

        var found = new Dictionary<PeerAddress, List<(nint Base, int Length)>>();
        for (int group = 0; group < batch.Count; group++)
        {
            found.TryAdd(batch[group].To, []);
            for (int i = 0; i < batch[group].Datagrams; i++)
            {
                var datagram = batch.DatagramOf(group, i);
                found[batch[group].To].Add((datagram.Base, (int)datagram.Length));
            }
        }

        Assert.Equal(expected.OrderBy(pair => pair.Key.Port), found.OrderBy(pair => pair.Key.Port));
    }

    private static PeerAddress Peer(ushort port) => PeerAddress.FromIPv4(0x7F000001, port);

    private static void Commit(SendBatch batch, PeerAddress to, params int[] lengths)
    {
        foreach (int length in lengths)
        {
            Assert.True(batch.TryRent(length, out _));
            Assert.True(batch.TryCommit(length, to, SendGroup.DatagramsMax));
        }
    }

    private static IEnumerable<(int SegmentBytes, int Datagrams)> Groups(SendBatch batch) =>
        Enumerable.Range(0, batch.Count).Select(i => (batch[i].SegmentBytes, batch[i].Datagrams));
}
