using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>
/// Messages of a PUT. Layout: variant u32, transaction, then the fields in the order of the parameters.
/// </summary>
/// <param name="Id">The operation.</param>
internal abstract record PutMsg(Transaction Id) : IBincode<PutMsg>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
    [
        Step.Choice(
        [
            Request.Steps,
            Response.Steps,
            RequestStreaming.Steps,
            ResponseStreaming.Steps,
            ForwardingAck.Steps,
            Error.Steps,
            ProbeRequest.Steps,
            ProbeResponse.Steps,
            ProbeReconcile.Steps,
        ]),
    ];

    private const uint Variants = 9;

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public abstract void Write(BincodeWriter to);

    public static PutMsg Read(ref BincodeReader from)
    {
        uint variant = from.Variant(Variants);
        Transaction id = from.Value<Transaction>();
        return variant switch
        {
            0 => Request.Read(ref from, id),
            1 => Response.Read(ref from, id),
            2 => RequestStreaming.Read(ref from, id),
            3 => ResponseStreaming.Read(ref from, id),
            4 => ForwardingAck.Read(ref from, id),
            5 => Error.Read(ref from, id),
            6 => ProbeRequest.Read(ref from, id),
            7 => ProbeResponse.Read(ref from, id),
            _ => ProbeReconcile.Read(ref from, id),
        };
    }

    private void Start(BincodeWriter to, uint variant)
    {
        to.Variant(variant);
        to.Value(Id);
    }

    /// <summary>The whole contract in one message.</summary>
    public sealed record Request(
        Transaction Id,
        ContractContainer Contract,
        RelatedContracts Related,
        WrappedState Value,
        ulong HopsToLive,
        SkipList SkipList) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
        [
            .. Transaction.Steps,
            .. ContractContainer.Steps,
            .. RelatedContracts.Steps,
            .. WrappedState.Steps,
            Step.U64,
            .. SkipList.Steps,
        ];

        public override void Write(BincodeWriter to)
        {
            Start(to, 0);
            to.Value(Contract);
            to.Value(Related);
            to.Value(Value);
            to.U64(HopsToLive);
            to.Value(SkipList);
        }

        public static Request Read(ref BincodeReader from, Transaction id) => new(
            id,
            from.Value<ContractContainer>(),
            from.Value<RelatedContracts>(),
            from.Value<WrappedState>(),
            from.U64(),
            from.Value<SkipList>());
    }

    /// <summary>The contract is stored.</summary>
    public sealed record Response(Transaction Id, ContractKey Key, ulong HopCount) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps = [.. Transaction.Steps, .. ContractKey.OuterSteps, Step.U64];

        public override void Write(BincodeWriter to)
        {
            Start(to, 1);
            to.Value(Key);
            to.U64(HopCount);
        }

        public static Response Read(ref BincodeReader from, Transaction id) =>
            new(id, from.Value<ContractKey>(), from.U64());
    }

    /// <summary>The contract follows as a <see cref="PutStreamingPayload"/> on a stream.</summary>
    public sealed record RequestStreaming(
        Transaction Id,
        uint StreamId,
        ContractKey ContractKey,
        ulong TotalSize,
        ulong HopsToLive,
        SkipList SkipList,
        bool Subscribe) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
        [
            .. Transaction.Steps,
            Step.U32,
            .. ContractKey.OuterSteps,
            Step.U64,
            Step.U64,
            .. SkipList.Steps,
            Step.Flag,
        ];

        public override void Write(BincodeWriter to)
        {
            Start(to, 2);
            to.U32(StreamId);
            to.Value(ContractKey);
            to.U64(TotalSize);
            to.U64(HopsToLive);
            to.Value(SkipList);
            to.Bool(Subscribe);
        }

        public static RequestStreaming Read(ref BincodeReader from, Transaction id) => new(
            id, from.U32(), from.Value<ContractKey>(), from.U64(), from.U64(), from.Value<SkipList>(), from.Bool());
    }

    /// <summary>The streamed contract is stored.</summary>
    public sealed record ResponseStreaming(Transaction Id, ContractKey Key, bool ContinueForwarding, ulong HopCount)
        : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
            [.. Transaction.Steps, .. ContractKey.OuterSteps, Step.Flag, Step.U64];

        public override void Write(BincodeWriter to)
        {
            Start(to, 3);
            to.Value(Key);
            to.Bool(ContinueForwarding);
            to.U64(HopCount);
        }

        public static ResponseStreaming Read(ref BincodeReader from, Transaction id) =>
            new(id, from.Value<ContractKey>(), from.Bool(), from.U64());
    }

    /// <summary>The request arrived and goes on.</summary>
    public sealed record ForwardingAck(Transaction Id, ContractKey ContractKey) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps = [.. Transaction.Steps, .. ContractKey.OuterSteps];

        public override void Write(BincodeWriter to)
        {
            Start(to, 4);
            to.Value(ContractKey);
        }

        public static ForwardingAck Read(ref BincodeReader from, Transaction id) => new(id, from.Value<ContractKey>());
    }

    /// <summary>The PUT failed, and why.</summary>
    public sealed record Error(Transaction Id, string Cause) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps = [.. Transaction.Steps, Step.Text(Field.Cause)];

        public override void Write(BincodeWriter to)
        {
            Start(to, 5);
            to.Text(Cause);
        }

        public static Error Read(ref BincodeReader from, Transaction id) => new(id, from.Text());
    }

    /// <summary>Asks who holds the contract, before its bytes are sent.</summary>
    public sealed record ProbeRequest(
        Transaction Id, ContractKey ContractKey, StateSummary Summary, ulong HopsToLive, SkipList SkipList) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
            [.. Transaction.Steps, .. ContractKey.OuterSteps, .. StateSummary.Steps, Step.U64, .. SkipList.Steps];

        public override void Write(BincodeWriter to)
        {
            Start(to, 6);
            to.Value(ContractKey);
            to.Value(Summary);
            to.U64(HopsToLive);
            to.Value(SkipList);
        }

        public static ProbeRequest Read(ref BincodeReader from, Transaction id) => new(
            id, from.Value<ContractKey>(), from.Value<StateSummary>(), from.U64(), from.Value<SkipList>());
    }

    /// <summary>Whether a holder was found, what it has, and what the asker lacks.</summary>
    public sealed record ProbeResponse(
        Transaction Id,
        ContractKey Key,
        bool HolderFound,
        ulong HopCount,
        StateSummary? HolderSummary,
        StateDelta? ReverseDelta) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
        [
            .. Transaction.Steps,
            .. ContractKey.OuterSteps,
            Step.Flag,
            Step.U64,
            Step.Option(StateSummary.Steps),
            Step.Option(StateDelta.Steps),
        ];

        public override void Write(BincodeWriter to)
        {
            Start(to, 7);
            to.Value(Key);
            to.Bool(HolderFound);
            to.U64(HopCount);
            to.Optional(HolderSummary);
            to.Optional(ReverseDelta);
        }

        public static ProbeResponse Read(ref BincodeReader from, Transaction id) => new(
            id,
            from.Value<ContractKey>(),
            from.Bool(),
            from.U64(),
            from.OptionalReference<StateSummary>(),
            from.OptionalReference<StateDelta>());
    }

    /// <summary>What the holder lacks.</summary>
    public sealed record ProbeReconcile(
        Transaction Id, ContractKey Key, StateDelta Delta, ulong HopsToLive, SkipList SkipList) : PutMsg(Id)
    {
        internal static readonly new Step[] Steps =
            [.. Transaction.Steps, .. ContractKey.OuterSteps, .. StateDelta.Steps, Step.U64, .. SkipList.Steps];

        public override void Write(BincodeWriter to)
        {
            Start(to, 8);
            to.Value(Key);
            to.Value(Delta);
            to.U64(HopsToLive);
            to.Value(SkipList);
        }

        public static ProbeReconcile Read(ref BincodeReader from, Transaction id) => new(
            id, from.Value<ContractKey>(), from.Value<StateDelta>(), from.U64(), from.Value<SkipList>());
    }
}
