using System.Buffers.Binary;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Contracts;
using FastPath.Serialization.Tests.Vectors;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>
/// Whatever is done to a good archive, each form ends in a status, never leaves its bytes, and says of a prefix only
/// what it says of the whole.
/// </summary>
public sealed class ArchivedMutationTests
{
    private static readonly ArchivedForm[] Small = [.. Forms(Samples.Contract([1, 2, 3], [4])), .. Rkyv()];

    private static readonly ArchivedForm[] Good =
        [.. Small, .. Forms(Samples.Contract([], [])), .. Forms(Samples.Contract(new byte[300], new byte[48]))];

    [Property(MaxTest = 5_000)]
    public void Mutated_archives_end_in_a_status(ushort which, byte mutation, uint where, ulong what, uint cut)
    {
        ArchivedForm good = Good[which % Good.Length];
        Check(good.With(Mutate(good.Bytes, mutation, where, what)), cut);
    }

    [Property(MaxTest = 2_000)]
    public void Archives_that_are_changed_twice_end_in_a_status(
        ushort which, uint firstWhere, ulong first, uint secondWhere, ulong second)
    {
        ArchivedForm good = Good[which % Good.Length];
        byte[] once = Mutate(good.Bytes, 3, firstWhere, first);
        Check(good.With(Mutate(once, (byte)(second % 6), secondWhere, second)), (uint)first);
    }

    [Fact]
    public void Every_number_at_every_place_ends_in_a_status()
    {
        foreach (ArchivedForm good in Small)
        {
            foreach (byte[] changed in ArchivedNumbers.Replaced(good.Bytes))
            {
                Check(good.With(changed), (uint)changed.Length / 2);
            }
        }
    }

    [Property(MaxTest = 1_000)]
    public void Random_bytes_end_in_a_status(byte[] bytes, ushort which, uint cut) =>
        Check(Good[which % Good.Length].With(bytes), cut);

    [Property(MaxTest = 5_000)]
    public void Pieces_of_a_mutated_archive_end_as_the_whole(
        ushort which, byte mutation, uint where, ulong what, byte pieceLength)
    {
        OwnForm[] own = [.. Good.OfType<OwnForm>()];
        byte[] bytes = Mutate(own[which % own.Length].Bytes, mutation, where, what);
        var strict = new DecodeLimits { RejectTrailingBytes = true, ParametersLengthMax = long.MaxValue };
        var parser = new ArchivedContractParser(new RecordingSink(), strict, bytes.Length);
        for (int at = 0; at < bytes.Length; at += pieceLength + 1)
        {
            parser.Push(bytes.AsSpan(at, Math.Min(pieceLength + 1, bytes.Length - at)));
        }

        parser.Finish();
        bool isRead = ArchivedContract.TryRead(bytes, out _, out ArchiveError error);
        Assert.Equal(error, parser.Error);
        Assert.Equal(isRead, parser.Status == DecodeStatus.Done);
    }

    [Fact]
    public void The_shortest_buffers_end_in_a_status()
    {
        for (int length = 0; length < 16; length++)
        {
            Assert.All(Good, good => Check(good.With(new byte[length]), 0));
        }
    }

    private static void Check(ArchivedForm form, uint cut)
    {
        int prefix = (int)(cut % (uint)(form.Bytes.Length + 1));
        foreach (ArchivedField field in ArchivedForm.Fields)
        {
            DecodeStatus whole = form.Find(form.Bytes.Length, field, out ArchivedRange range, out ArchiveError error);
            Assert.True(whole != DecodeStatus.NeedMoreData || IsOwnWithoutHead(form));
            Assert.Equal(whole == DecodeStatus.Malformed, error.IsError);
            Assert.True(whole != DecodeStatus.Done || range is { Offset: >= 0, Length: >= 0 });
            Assert.True(range.End <= form.Bytes.Length);
            Assert.Equal(whole == DecodeStatus.Done, form.Read(form.Bytes.Length, field) is not null);

            DecodeStatus early = form.Find(prefix, field, out ArchivedRange earlyRange, out ArchiveError earlyError);
            Assert.Equal(early == DecodeStatus.Malformed, earlyError.IsError);
            Assert.True(early != DecodeStatus.Malformed || whole == DecodeStatus.Malformed);

            // Only our own form has something to be wrong behind a field: its padding.
            bool mayFailLater = form is OwnForm && whole == DecodeStatus.Malformed;
            Assert.True(early != DecodeStatus.Done || earlyRange == range || mayFailLater);
            Assert.True(early != DecodeStatus.Done || whole == DecodeStatus.Done || mayFailLater);
            AssertBlindToTheOutside(form, prefix, field, early, earlyRange);
        }

        ContractContainer? contract = form.ReadContract(out ArchiveError contractError);
        Assert.True(contract is null || !contractError.IsError);
        if (contract is not null)
        {
            Samples.AllAtOnce(contract);
        }
    }

    // A view of our own form needs a head to be opened; who reads all of it says that it is truncated.
    private static bool IsOwnWithoutHead(ArchivedForm form) =>
        form is OwnForm && form.Bytes.Length < ArchivedLayout.HeadLength;

    // The same bytes between others: whoever looked outside would answer differently.
    private static void AssertBlindToTheOutside(
        ArchivedForm form, int prefixLength, ArchivedField field, DecodeStatus status, ArchivedRange range)
    {
        byte[] bytes = form.Bytes[..prefixLength];
        byte[] bytesOfField = form.Read(prefixLength, field) ?? [];
        foreach (byte filler in (byte[])[0, 0xFF])
        {
            byte[] around = new byte[256 + bytes.Length + 256];
            around.AsSpan().Fill(filler);
            bytes.CopyTo(around, 256);
            ReadOnlySpan<byte> inside = around.AsSpan(256, bytes.Length);
            DecodeStatus again = form.Find(inside, field, out ArchivedRange rangeAgain, out _);
            Assert.Equal((status, range), (again, rangeAgain));
            Assert.Equal(bytesOfField, form.Read(inside, field) ?? []);
        }
    }

    private static IEnumerable<ArchivedForm> Forms(ContractContainer contract)
    {
        var state = new WrappedState(Samples.Body([5, 6, 7, 8, 9]));
        yield return new FlatForm(FlatBufferOracle.Write(contract, keyFirst: false));
        yield return new FlatForm(FlatBufferOracle.Write(contract, keyFirst: true));
        yield return new OwnForm(Samples.AllAtOnce(new ArchivedContract(contract, state)));
        yield return new OwnForm(Samples.AllAtOnce(new ArchivedContract(contract.Key, state)));
    }

    private static IEnumerable<ArchivedForm> Rkyv() => VectorFile.Read("rkyv.json")
        .Where(vector => vector.Text("name") is "rkyv_c_5_3" or "rkyv_5_3" or "rkyv_wrapped_5_3")
        .Select(vector => new RkyvForm(ArchivedVectors.RkyvBytes(vector), ArchivedVectors.Layout(vector)));

    private static byte[] Mutate(byte[] good, byte mutation, uint where, ulong what)
    {
        byte[] bytes = [.. good];
        int at = bytes.Length == 0 ? 0 : (int)(where % (uint)bytes.Length);
        switch (mutation % 6)
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes, .. BitConverter.GetBytes(what)];
            case 2:
                if (bytes.Length > 0)
                {
                    bytes[at] ^= (byte)(what | 1);
                }

                return bytes;
            case 3:
                byte[] number = new byte[sizeof(ulong)];
                ulong value = (what & 1) == 0 ? what : ulong.MaxValue - (what >> 60);
                BinaryPrimitives.WriteUInt64LittleEndian(number, value);
                int width = (what & 2) == 0 ? sizeof(uint) : sizeof(ulong);
                int aligned = at & ~(sizeof(uint) - 1);
                number.AsSpan(0, Math.Min(width, bytes.Length - aligned)).CopyTo(bytes.AsSpan(aligned));
                return bytes;
            case 4:
                return [.. bytes[..at], .. BitConverter.GetBytes(what)[..(int)(what % 8)], .. bytes[at..]];
            default:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + (int)(what % 9))..]];
        }
    }
}
