using System.Text;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Serialization.Tests.Contracts;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Operations;

public sealed class MessageValueTests
{
    [Property]
    public void A_transaction_id_keeps_its_parts_and_its_text_parses_back(
        ulong milliseconds, ulong high, ulong low, byte type)
    {
        long time = (long)(milliseconds & 0xFFFF_FFFF_FFFF);
        var id = TransactionId.Create(time, new UInt128(high, low), type);
        Assert.Equal(time, id.Milliseconds);
        Assert.Equal(type, id.OperationType);
        Assert.Equal(low >> 8, (ulong)id.Value >> 8);
        Assert.True(TransactionId.TryParse(Encoding.ASCII.GetBytes(id.ToString()), out TransactionId parsed));
        Assert.Equal(id, parsed);
    }

    [Property]
    public void Equal_skip_lists_have_equal_bytes_whatever_the_order(ushort[] ports)
    {
        WireAddress[] addresses =
        [
            .. ports.Select(p => WireAddress.FromOctets(p % 2 == 0 ? [10, 0, 0, (byte)(p / 256)] : new byte[16], p)),
        ];
        byte[] forwards = Samples.AllAtOnce(new SkipList(addresses));
        byte[] backwards = Samples.AllAtOnce(new SkipList([.. addresses.Reverse(), .. addresses]));
        Assert.Equal(forwards, backwards);
        Assert.True(BincodeReader.TryRead<SkipList>(forwards, out SkipList? read, out _, out _));
        Assert.Equal(addresses.ToHashSet().Count, read.Addresses.Count);
        Assert.All(addresses, address => Assert.True(read.Contains(address)));
        Assert.False(read.Contains(WireAddress.FromOctets([10, 1, 0, 0], 1)));
    }

    [Property]
    public void Equal_maps_have_equal_bytes_and_the_last_value_of_a_key_wins(byte[][] states)
    {
        RelatedContracts.Entry[] entries = [.. Samples.Related(states).Entries];
        State old = new(Samples.Body([1, 2, 3]));
        RelatedContracts.Entry[] stale = [.. entries.Select(e => e with { State = old })];
        Assert.Equal(
            Samples.AllAtOnce(new RelatedContracts(entries)),
            Samples.AllAtOnce(new RelatedContracts([.. stale, .. entries.Reverse()])));
    }

    [Fact]
    public void A_kind_of_message_the_network_knows_and_we_do_not_is_told_apart_from_garbage()
    {
        for (byte kind = 9; kind <= 10; kind++)
        {
            BincodeErrorKind expected =
                kind < 10 ? BincodeErrorKind.UnsupportedVariant : BincodeErrorKind.InvalidVariant;
            byte[] message = [0, 0, 0, 0, kind, 0, 0, 0, 1, 2, 3, 4];
            Assert.False(BincodeReader.TryRead<NetMessage>(message, out _, out _, out BincodeError error));
            Assert.Equal(new BincodeError(expected, 4), error);
        }
    }

    [Fact]
    public void An_update_without_state_and_delta_does_not_exist() =>
        Assert.Throws<ArgumentException>(() => new UpdateData(null, null));
}
