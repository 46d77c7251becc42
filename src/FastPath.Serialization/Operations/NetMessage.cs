using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>The envelope of every message between nodes. Layout: version u32 (0), kind u32, message.</summary>
/// <remarks>
/// Of the ten kinds of the network those that move contracts are read; another one ends in
/// <see cref="BincodeErrorKind.UnsupportedVariant"/>, which is no fault of the sender.
/// </remarks>
internal abstract record NetMessage : IBincode<NetMessage>, IStreamingSerialize
{
    public static readonly Step[] Steps =
    [
        Step.Choice(
        [
            Step.Choice(
                Step.Unsupported,
                PutMsg.Steps,
                GetMsg.Steps,
                Step.Unsupported,
                Step.Unsupported,
                Transaction.Steps,
                Step.Unsupported,
                Step.Unsupported,
                [Step.Flag],
                Step.Unsupported),
        ]),
    ];

    private const uint Versions = 1;
    private const uint Kinds = 10;
    private const uint PutKind = 1;
    private const uint GetKind = 2;
    private const uint AbortedKind = 5;
    private const uint ReadyStateKind = 8;

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public abstract void Write(BincodeWriter to);

    public static NetMessage Read(ref BincodeReader from)
    {
        from.Variant(Versions);
        int start = from.Position;
        uint kind = from.Variant(Kinds);
        switch (kind)
        {
            case PutKind:
                return new Put(from.Value<PutMsg>());
            case GetKind:
                return new Get(from.Value<GetMsg>());
            case AbortedKind:
                return new Aborted(from.Value<Transaction>());
            case ReadyStateKind:
                return new ReadyState(from.Bool());
            default:
                from.Fail(BincodeErrorKind.UnsupportedVariant, start);
                return new ReadyState(false);
        }
    }

    private static void Start(BincodeWriter to, uint kind)
    {
        to.Variant(0);
        to.Variant(kind);
    }

    /// <summary>A message of a PUT.</summary>
    public sealed record Put(PutMsg Message) : NetMessage
    {
        public override void Write(BincodeWriter to)
        {
            Start(to, PutKind);
            to.Value(Message);
        }
    }

    /// <summary>A message of a GET.</summary>
    public sealed record Get(GetMsg Message) : NetMessage
    {
        public override void Write(BincodeWriter to)
        {
            Start(to, GetKind);
            to.Value(Message);
        }
    }

    /// <summary>The operation is given up.</summary>
    public sealed record Aborted(Transaction Id) : NetMessage
    {
        public override void Write(BincodeWriter to)
        {
            Start(to, AbortedKind);
            to.Value(Id);
        }
    }

    /// <summary>Whether the sender takes part in routing yet.</summary>
    public sealed record ReadyState(bool Ready) : NetMessage
    {
        public override void Write(BincodeWriter to)
        {
            Start(to, ReadyStateKind);
            to.Bool(Ready);
        }
    }
}
