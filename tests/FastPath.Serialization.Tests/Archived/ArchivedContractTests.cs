using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Contracts;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Archived;

public sealed class ArchivedContractTests
{
    [Fact]
    public void The_form_of_version_1_does_not_change()
    {
        CodeHash hash = CodeHash.Read([.. Enumerable.Repeat((byte)0x11, 32)]);
        var key = new ContractKey(
            ContractInstanceId.Read([.. Enumerable.Repeat((byte)0x22, 32)]),
            CodeHash.Read([.. Enumerable.Repeat((byte)0x33, 32)]));
        var contract = new ContractContainer(
            new ContractCode(Samples.Body([0xC0, 0xC1, 0xC2]), hash), new Parameters(Samples.Body([0xA0])), key);
        var state = new WrappedState(Samples.Body([0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57]));

        string lengths = "0100000000000000" + "0300000000000000" + "0800000000000000";
        string keyHex = string.Concat(Enumerable.Repeat("22", 32)) + string.Concat(Enumerable.Repeat("33", 32));
        Assert.Equal(
            "66706172" + "0100" + "0300" + lengths + keyHex + string.Concat(Enumerable.Repeat("11", 32))
                + "a000000000000000" + "c0c1c20000000000" + "5051525354555657",
            Hex(new ArchivedContract(contract, state)));
        Assert.Equal(
            "66706172" + "0100" + "0200" + "0000000000000000" + "0000000000000000" + "0800000000000000" + keyHex
                + new string('0', 64) + "5051525354555657",
            Hex(new ArchivedContract(key, state)));
    }

    [Property]
    public void What_is_written_piece_by_piece_is_read_in_place(
        byte[] code, byte[] parameters, byte[] state, byte parts, byte[] cuts)
    {
        ArchivedContract value = Value(code, parameters, state, parts);
        byte[] whole = Samples.AllAtOnce(value);
        StreamingSerializer serializer = value.StartSerialize();
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(whole, cuts))
        {
            byte[] written = new byte[piece.Length];
            Assert.Equal(written.Length, serializer.Read(written));
            Assert.Equal(piece.ToArray(), written);
            at += written.Length;
        }

        Assert.Equal(serializer.Length, at);
        Assert.Equal(0, serializer.Length % ArchivedLayout.Alignment);
        Assert.True(ArchivedContract.TryRead(whole, out ArchivedContract? read, out _));
        Assert.Equal(whole, Samples.AllAtOnce(read!));
        Assert.Equal(value.Key, read!.Key);
        AssertSame(value.Contract, read.Contract);
        AssertSame(value.State, read.State);
    }

    [Property]
    public void Any_cut_is_heard_the_same(byte[] code, byte[] parameters, byte[] state, byte parts, byte[] cuts)
    {
        ArchivedContract value = Value(code, parameters, state, parts);
        byte[] whole = Samples.AllAtOnce(value);
        var sink = new RecordingSink();
        var parser = new ArchivedContractParser(sink, totalLength: whole.Length);
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(whole, cuts))
        {
            Assert.Equal(DecodeStatus.NeedMoreData, parser.Status);
            parser.Push(piece.Span);
        }

        Assert.Equal(DecodeStatus.Done, parser.Finish());
        Assert.Equal(whole.Length, parser.Position);
        string[] contract = value.Contract is null ? [] :
        [
            $"code hash {value.Contract.Code.Hash}",
            $"parameters length {parameters.Length}",
            .. Body("parameters", parameters),
            $"code length {code.Length}",
            .. Body("code", code),
            $"key {value.Key.Instance} {value.Key.Code}",
        ];
        string[] heardState = value.State is null ? [] : [$"state length {state.Length}", .. Body("state", state)];
        Assert.Equal(
            [$"instance {value.Key}", $"outer key {value.Key.Instance} {value.Key.Code}", .. contract, .. heardState],
            sink.Heard);
    }

    [Fact]
    public void The_head_is_enough_for_all_but_the_sections()
    {
        ContractContainer contract = Samples.Contract([.. new byte[100]], [1, 2, 3]);
        var form = new OwnForm(Samples.AllAtOnce(new ArchivedContract(contract)));
        foreach (ArchivedField field in (ArchivedField[])
            [ArchivedField.KeyInstance, ArchivedField.KeyCode, ArchivedField.CodeHash])
        {
            ArchivedVectors.AssertKnownFrom(form, field, isLength: false, ArchivedLayout.HeadLength);
        }

        ArchivedVectors.AssertKnownFrom(form, ArchivedField.Code, isLength: true, ArchivedLayout.HeadLength);
        ArchivedVectors.AssertKnownFrom(form, ArchivedField.Parameters, isLength: true, ArchivedLayout.HeadLength);
        ArchivedVectors.AssertKnownFrom(
            form, ArchivedField.Parameters, isLength: false, ArchivedLayout.HeadLength + 3);
        ArchivedVectors.AssertKnownFrom(
            form, ArchivedField.Code, isLength: false, ArchivedLayout.HeadLength + 8 + 100);

        Assert.Equal(
            DecodeStatus.Done,
            ArchivedContractView.TryRead(
                form.Bytes.AsSpan(0, ArchivedLayout.HeadLength), out ArchivedContractView view, out _));
        Assert.Equal(contract.Key, view.Key);
        Assert.Equal(contract.Code.Hash, view.CodeHash);
        Assert.Equal(form.Bytes.Length, view.Head.TotalLength);
        Assert.True(view.KeyBytes.Overlaps(form.Bytes));
    }

    [Fact]
    public void Sections_may_be_longer_than_any_array()
    {
        const long Length = (1L << 40) + 1;
        var code = new ContractCode(new LengthOnlyBody(Length), default);
        var contract = new ContractContainer(code, new Parameters(Samples.Body([1])), default);
        var value = new ArchivedContract(contract, new WrappedState(new LengthOnlyBody(Length)));
        StreamingSerializer serializer = value.StartSerialize();
        Assert.Equal(ArchivedLayout.HeadLength + 8 + (2 * (Length + 7)), serializer.Length);

        byte[] head = new byte[ArchivedLayout.HeadLength];
        serializer.Read(head);
        Assert.Equal(
            DecodeStatus.Done,
            ArchivedContractView.TryRead(head, out ArchivedContractView view, out _, serializer.Length));
        Assert.Equal(new ArchivedRange(ArchivedLayout.HeadLength + 8, Length), view.Head.Code);
        Assert.Equal(serializer.Length - 7, view.Head.State.End);
    }

    [Fact]
    public void A_value_has_a_contract_or_a_state()
    {
        Assert.Throws<ArgumentNullException>(() => new ArchivedContract(null!, new WrappedState(MemoryBody.Empty)));
        Assert.Throws<ArgumentNullException>(() => new ArchivedContract(default(ContractKey), null!));
    }

    [Fact]
    public void Viewing_and_parsing_allocate_nothing()
    {
        byte[] whole = Samples.AllAtOnce(
            new ArchivedContract(Samples.Contract(new byte[3_000], [1]), new WrappedState(Samples.Body([2]))));
        var parser = new ArchivedContractParser(new SilentSink());
        Use(whole, new ArchivedContractParser(new SilentSink()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(whole, parser);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(DecodeStatus.Done, parser.Status);
    }

    [Fact]
    public void Writing_allocates_the_same_however_long_the_code_is()
    {
        ContractContainer small = Samples.Contract([1], [2]);
        ContractContainer large = Samples.Contract(new byte[10 * 1_024 * 1_024], [2]);
        byte[] piece = new byte[1_130];
        foreach (Func<ContractContainer, StreamingSerializer> start in (Func<ContractContainer, StreamingSerializer>[])
            [contract => new ArchivedContract(contract).StartSerialize(), FlatContractWriter.Start])
        {
            AllocatedBy(start, small, piece);
            long most = AllocatedBy(start, small, piece);
            Assert.InRange(AllocatedBy(start, large, piece), 1, most);
        }
    }

    private static long AllocatedBy(
        Func<ContractContainer, StreamingSerializer> start, ContractContainer contract, byte[] piece)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        StreamingSerializer serializer = start(contract);
        while (serializer.Read(piece) > 0)
        {
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Use(byte[] whole, ArchivedContractParser parser)
    {
        ArchivedContractView.TryRead(whole, out ArchivedContractView view, out _);
        if (view.Key == default || view.Read(ArchivedField.Code, out _, out _) != DecodeStatus.Done)
        {
            throw new InvalidOperationException("The archive is not read.");
        }

        for (int at = 0; at < whole.Length; at += 700)
        {
            parser.Push(whole.AsSpan(at, Math.Min(700, whole.Length - at)));
        }
    }

    private static ArchivedContract Value(byte[] code, byte[] parameters, byte[] state, byte parts)
    {
        ContractContainer contract = Samples.Contract(code, parameters);
        var wrapped = new WrappedState(Samples.Body(state));
        return (parts % 3) switch
        {
            0 => new ArchivedContract(contract),
            1 => new ArchivedContract(contract.Key, wrapped),
            _ => new ArchivedContract(contract, wrapped),
        };
    }

    private static void AssertSame(IStreamingSerialize? expected, IStreamingSerialize? actual)
    {
        Assert.Equal(expected is null, actual is null);
        Assert.Equal(
            expected is null ? [] : Samples.AllAtOnce(expected), actual is null ? [] : Samples.AllAtOnce(actual));
    }

    private static string[] Body(string name, byte[] bytes) =>
        bytes.Length == 0 ? [] : [$"{name} {Convert.ToHexStringLower(bytes)}"];

    private static string Hex(ArchivedContract value) => Convert.ToHexStringLower(Samples.AllAtOnce(value));
}
