using System.Text.Json;
using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Fuzz.Targets;

/// <summary>
/// Readers in place: FlatBuffers, rkyv in its four layouts, and the own archive, which is also pushed in pieces.
/// Layout: form, length of a prefix (of 255), cuts, archive.
/// </summary>
internal sealed class ArchiveTarget : IFuzzTarget
{
    private const byte FlatContract = 0;
    private const byte FlatStateForm = 1;
    private const byte FirstRkyv = 2;
    private const byte Own = 6;
    private const int Forms = 7;

    private static readonly ArchivedField[] Fields = Enum.GetValues<ArchivedField>();

    private static readonly RkyvLayout[] Layouts =
        [RkyvLayout.Declared, RkyvLayout.DeclaredInner, RkyvLayout.Reordered, RkyvLayout.ReorderedInner];

    private static readonly DecodeLimits Strict = BincodeForm.NoLimits with { RejectTrailingBytes = true };

    public string Name => "archive";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            foreach (var vector in GoldenVectors.Read("flatbuffers.json").Where(IsSmall).Take(8))
            {
                yield return (GoldenVectors.Text(vector, "name"), Seed(FlatContract, GoldenVectors.Hex(vector, "hex")));
            }

            foreach (var vector in GoldenVectors.Read("rkyv.json").Where(IsSmall).Take(12))
            {
                int layout = (GoldenVectors.Text(vector, "struct_layout") == "repr_c" ? 0 : 2)
                    + (GoldenVectors.Text(vector, "type") == "ContractContainer" ? 0 : 1);
                byte form = (byte)(FirstRkyv + layout);
                yield return (GoldenVectors.Text(vector, "name"), Seed(form, GoldenVectors.Hex(vector, "hex")));
            }

            ContractContainer contract = ContractContainer.FromCode(Body(1, 2, 3, 4, 5), Body(6, 7));
            var state = new WrappedState(Body(8, 9, 10));
            yield return ("flat_state", Seed(FlatStateForm, Drain(FlatState.Start(state))));
            yield return ("own_contract", Seed(Own, Drain(new ArchivedContract(contract).StartSerialize())));
            yield return ("own_both", Seed(Own, Drain(new ArchivedContract(contract, state).StartSerialize())));
            yield return ("own_state", Seed(Own, Drain(new ArchivedContract(contract.Key, state).StartSerialize())));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input, Outcome.ValueMax);
        if (input.Length < 2)
        {
            return Outcome.Of(-1);
        }

        int form = input[0] % Forms;
        int prefixPart = input[1];
        input = input[2..];
        InputCuts cuts = InputCuts.Take(ref input);
        byte[] bytes = input.ToArray();
        int prefix = bytes.Length * prefixPart / byte.MaxValue;
        return form switch
        {
            FlatContract => Outcome.Of(form, RunFlat(bytes, prefix)),
            FlatStateForm => Outcome.Of(form, RunFlatState(bytes, prefix)),
            Own => Outcome.Of(form, RunOwn(bytes, prefix, cuts)),
            _ => Outcome.Of(form, RunRkyv(bytes, prefix, Layouts[form - FirstRkyv])),
        };
    }

    private static long RunFlat(byte[] bytes, int prefix)
    {
        long statuses = 0;
        foreach (ArchivedField field in Fields)
        {
            var whole = new FlatContractView(bytes, bytes.Length);
            var early = new FlatContractView(bytes.AsSpan(0, prefix), bytes.Length);
            statuses = (statuses * 3) + (int)ArchiveOracle.Check(whole, early, field, bytes.Length, false);
        }

        AllocationOracle.Check(bytes.Length, () => FlatContractView.TryRead(bytes, out _, out _));
        FlatContractView.TryRead(bytes, out ContractContainer? contract, out ArchiveError error);
        return statuses + Judge(contract, error);
    }

    private static long RunFlatState(byte[] bytes, int prefix)
    {
        DecodeStatus early = FlatState.Find(bytes.AsSpan(0, prefix), bytes.Length, out ArchivedRange range, out _);
        bool isRead = FlatState.TryRead(bytes, out WrappedState? state, out ArchiveError error);
        OracleException.Require(isRead != error.IsError && isRead == state is not null, "read, or an error");
        OracleException.Require(early != DecodeStatus.Malformed || !isRead, "a prefix is malformed, the whole is not");
        OracleException.Require(
            early != DecodeStatus.Done || (isRead && range.Length == state!.Bytes.Length), "a prefix has another");
        if (isRead)
        {
            byte[] written = Drain(FlatState.Start(state!));
            OracleException.Require(FlatState.TryRead(written, out WrappedState? copy, out _), "its own is refused");
            OracleException.Require(
                Drain(copy!.StartSerialize()).AsSpan().SequenceEqual(Drain(state!.StartSerialize())), "another state");
        }

        return ((long)error.Kind << 16) + Math.Min(error.Offset, 512);
    }

    private static long RunRkyv(byte[] bytes, int prefix, RkyvLayout layout)
    {
        long statuses = 0;
        foreach (ArchivedField field in Fields)
        {
            var whole = new RkyvContractView(bytes, 0, bytes.Length, layout);
            var early = new RkyvContractView(bytes.AsSpan(0, prefix), 0, bytes.Length, layout);
            var late = new RkyvContractView(bytes.AsSpan(prefix), prefix, bytes.Length, layout);
            statuses = (statuses * 3) + (int)ArchiveOracle.Check(whole, early, field, bytes.Length, false);
            ArchiveOracle.Check(whole, late, field, bytes.Length, false);
        }

        AllocationOracle.Check(bytes.Length, () => RkyvContractView.TryRead(bytes, layout, out _, out _));
        RkyvContractView.TryRead(bytes, layout, out ContractContainer? contract, out ArchiveError error);
        return statuses + Judge(contract, error);
    }

    private static long RunOwn(byte[] bytes, int prefix, InputCuts cuts)
    {
        AllocationOracle.Check(bytes.Length, () => ArchivedContract.TryRead(bytes, out _, out _));
        bool isRead = ArchivedContract.TryRead(bytes, out ArchivedContract? value, out ArchiveError error);
        OracleException.Require(isRead != error.IsError && isRead == value is not null, "read, or an error");
        var heard = new ContractTranscript();
        var parser = new ArchivedContractParser(heard, Strict, bytes.Length);
        ReadOnlySpan<byte> left = bytes;
        for (int piece = 0; !left.IsEmpty; piece++)
        {
            int length = cuts.LengthOf(piece, left.Length);
            parser.Push(left[..length]);
            left = left[length..];
        }

        parser.Finish();
        OracleException.Require(parser.Error == error, $"whole: {error}; pushed: {parser.Error}");
        if (isRead)
        {
            OracleException.Require(parser.Position == bytes.Length, "the ends differ");
            OracleException.Require(
                Drain(value!.StartSerialize()).AsSpan().SequenceEqual(bytes), "written again it is another archive");
            heard.RequireBodies(value!.Contract, value.State);
        }

        return CheckOwnViews(bytes, prefix) + ((long)error.Kind << 16) + Math.Min(error.Offset, 512);
    }

    private static long CheckOwnViews(byte[] bytes, int prefix)
    {
        DecodeStatus opened = ArchivedContractView.TryRead(
            bytes, out ArchivedContractView _, out ArchiveError _, bytes.Length);
        DecodeStatus early = ArchivedContractView.TryRead(
            bytes.AsSpan(0, prefix), out ArchivedContractView first, out ArchiveError error, bytes.Length);
        OracleException.Require((early == DecodeStatus.Malformed) == error.IsError, "error and status differ");
        OracleException.Require(early != DecodeStatus.Malformed || opened == early, "a prefix alone is malformed");
        if (opened != DecodeStatus.Done || early != DecodeStatus.Done)
        {
            return 0;
        }

        ArchivedContractView.TryRead(bytes, out ArchivedContractView whole, out _, bytes.Length);
        long statuses = 0;
        foreach (ArchivedField field in Fields)
        {
            statuses = (statuses * 3) + (int)ArchiveOracle.Check(whole, first, field, bytes.Length, true);
        }

        return statuses << 32;
    }

    // What was read, written as a FlatBuffer and read again, is the same contract.
    private static long Judge(ContractContainer? contract, ArchiveError error)
    {
        OracleException.Require(contract is null == error.IsError, "read, or an error");
        if (contract is not null)
        {
            byte[] written = Drain(FlatContractWriter.Start(contract));
            OracleException.Require(
                FlatContractView.TryRead(written, out ContractContainer? copy, out _), "its own buffer is refused");
            OracleException.Require(
                Drain(copy!.StartSerialize()).AsSpan().SequenceEqual(Drain(contract.StartSerialize())),
                "the contract comes back as another one");
        }

        return ((long)error.Kind << 16) + (Math.Min(error.Offset, 512) << 32);
    }

    // Large vectors are given by their digests.
    private static bool IsSmall(JsonElement vector) => vector.TryGetProperty("hex", out _);

    private static byte[] Seed(byte form, byte[] archive) => [form, 128, 2, 99, 4, .. archive];

    private static MemoryBody Body(params byte[] bytes) => new(bytes);

    private static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        OracleException.Require(serializer.Read(bytes) == bytes.Length, "the announced length is another one");
        return bytes;
    }
}
