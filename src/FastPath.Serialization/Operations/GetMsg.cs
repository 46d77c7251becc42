using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>
/// Messages of a GET. Layout: variant u32, transaction, then the fields in the order of the parameters.
/// </summary>
/// <param name="Id">The operation.</param>
internal abstract record GetMsg(Transaction Id) : IBincode<GetMsg>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
    [
        Step.Choice(
            Request.Steps, Response.Steps, ResponseStreaming.Steps, ResponseStreamingAck.Steps, ForwardingAck.Steps),
    ];

    private const uint Variants = 5;

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public abstract void Write(BincodeWriter to);

    public static GetMsg Read(ref BincodeReader from)
    {
        uint variant = from.Variant(Variants);
        Transaction id = from.Value<Transaction>();
        return variant switch
        {
            0 => Request.Read(ref from, id),
            1 => Response.Read(ref from, id),
            2 => ResponseStreaming.Read(ref from, id),
            3 => ResponseStreamingAck.Read(ref from, id),
            _ => ForwardingAck.Read(ref from, id),
        };
    }

    private void Start(BincodeWriter to, uint variant)
    {
        to.Variant(variant);
        to.Value(Id);
    }

    /// <summary>Asks for a state, and for the contract too when wished.</summary>
    public sealed record Request(
        Transaction Id,
        ContractInstanceId Instance,
        bool FetchContract,
        ulong HopsToLive,
        VisitedPeers Visited,
        bool Subscribe) : GetMsg(Id)
    {
        internal static readonly new Step[] Steps =
        [
            .. Transaction.Steps,
            Step.Fixed(Field.Instance, ContractInstanceId.Length),
            Step.Flag,
            Step.U64,
            .. VisitedPeers.Steps,
            Step.Flag,
        ];

        public override void Write(BincodeWriter to)
        {
            Start(to, 0);
            to.Value(Instance);
            to.Bool(FetchContract);
            to.U64(HopsToLive);
            to.Value(Visited);
            to.Bool(Subscribe);
        }

        public static Request Read(ref BincodeReader from, Transaction id) => new(
            id, from.Value<ContractInstanceId>(), from.Bool(), from.U64(), from.Value<VisitedPeers>(), from.Bool());
    }

    /// <summary>The answer in one message.</summary>
    public sealed record Response(Transaction Id, ContractInstanceId Instance, GetResult Result, ulong HopCount)
        : GetMsg(Id)
    {
        internal static readonly new Step[] Steps =
            [.. Transaction.Steps, Step.Fixed(Field.Instance, ContractInstanceId.Length), .. GetResult.Steps, Step.U64];

        public override void Write(BincodeWriter to)
        {
            Start(to, 1);
            to.Value(Instance);
            to.Value(Result);
            to.U64(HopCount);
        }

        public static Response Read(ref BincodeReader from, Transaction id) =>
            new(id, from.Value<ContractInstanceId>(), from.Value<GetResult>(), from.U64());
    }

    /// <summary>The answer follows as a <see cref="GetStreamingPayload"/> on a stream.</summary>
    public sealed record ResponseStreaming(
        Transaction Id,
        ContractInstanceId Instance,
        uint StreamId,
        ContractKey Key,
        ulong TotalSize,
        bool IncludesContract) : GetMsg(Id)
    {
        internal static readonly new Step[] Steps =
        [
            .. Transaction.Steps,
            Step.Fixed(Field.Instance, ContractInstanceId.Length),
            Step.U32,
            .. ContractKey.OuterSteps,
            Step.U64,
            Step.Flag,
        ];

        public override void Write(BincodeWriter to)
        {
            Start(to, 2);
            to.Value(Instance);
            to.U32(StreamId);
            to.Value(Key);
            to.U64(TotalSize);
            to.Bool(IncludesContract);
        }

        public static ResponseStreaming Read(ref BincodeReader from, Transaction id) => new(
            id, from.Value<ContractInstanceId>(), from.U32(), from.Value<ContractKey>(), from.U64(), from.Bool());
    }

    /// <summary>The stream has arrived.</summary>
    public sealed record ResponseStreamingAck(Transaction Id, uint StreamId) : GetMsg(Id)
    {
        internal static readonly new Step[] Steps = [.. Transaction.Steps, Step.U32];

        public override void Write(BincodeWriter to)
        {
            Start(to, 3);
            to.U32(StreamId);
        }

        public static ResponseStreamingAck Read(ref BincodeReader from, Transaction id) => new(id, from.U32());
    }

    /// <summary>The request arrived and goes on.</summary>
    public sealed record ForwardingAck(Transaction Id, ContractInstanceId Instance) : GetMsg(Id)
    {
        internal static readonly new Step[] Steps =
            [.. Transaction.Steps, Step.Fixed(Field.Instance, ContractInstanceId.Length)];

        public override void Write(BincodeWriter to)
        {
            Start(to, 4);
            to.Value(Instance);
        }

        public static ForwardingAck Read(ref BincodeReader from, Transaction id) =>
            new(id, from.Value<ContractInstanceId>());
    }
}
