using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Foreign;

/// <summary>What a symmetric packet carries.</summary>
/// <remarks>Layout: variant u32, then the fields in the order of the parameters.</remarks>
internal abstract record SymmetricPayload : IBincode<SymmetricPayload>
{
    public static readonly Step[] Steps =
    [
        Step.Choice(
            [Step.Choice(AcceptedConnection.Steps, [Step.Text(Field.Cause)])],
            ShortMessage.Steps,
            StreamFragment.Steps,
            [],
            [Step.U64],
            [Step.U64],
            [.. AcceptedConnection.Steps, .. ForeignVersion.Steps]),
    ];

    private const uint Variants = 7;
    private const uint AckVariant = 0;
    private const uint ShortMessageVariant = 1;
    private const uint StreamFragmentVariant = 2;
    private const uint NoOpVariant = 3;
    private const uint PingVariant = 4;
    private const uint PongVariant = 5;
    private const uint AckWithVersionVariant = 6;

    public abstract void Write(BincodeWriter to);

    public static SymmetricPayload Read(ref BincodeReader from) => from.Variant(Variants) switch
    {
        AckVariant => from.Variant(2) == 0 ? new Accepted(from.Value<AcceptedConnection>()) : new Refused(from.Text()),
        ShortMessageVariant => new ShortMessage(from.Body()),
        StreamFragmentVariant => StreamFragment.Read(ref from),
        NoOpVariant => new NoOp(),
        PingVariant => new Ping(from.U64()),
        PongVariant => new Pong(from.U64()),
        _ => new AcceptedWithVersion(from.Value<AcceptedConnection>(), from.Value<ForeignVersion>()),
    };

    /// <summary>The answer to an intro. Layout: variant 0, u32 0, connection.</summary>
    public sealed record Accepted(AcceptedConnection Connection) : SymmetricPayload
    {
        public override void Write(BincodeWriter to)
        {
            to.Variant(AckVariant);
            to.Variant(0);
            to.Value(Connection);
        }
    }

    /// <summary>The answer to an intro that is not wanted. Layout: variant 0, u32 1, text.</summary>
    public sealed record Refused(string Cause) : SymmetricPayload
    {
        public override void Write(BincodeWriter to)
        {
            to.Variant(AckVariant);
            to.Variant(1);
            to.Text(Cause);
        }
    }

    /// <summary>The newer answer to an intro.</summary>
    public sealed record AcceptedWithVersion(AcceptedConnection Connection, ForeignVersion Version) : SymmetricPayload
    {
        public override void Write(BincodeWriter to)
        {
            to.Variant(AckWithVersionVariant);
            to.Value(Connection);
            to.Value(Version);
        }
    }

    /// <summary>A message that fits one packet.</summary>
    public sealed record ShortMessage(IBody Payload) : SymmetricPayload
    {
        public static new readonly Step[] Steps = [Step.Bytes(Field.Unnamed)];

        public override void Write(BincodeWriter to)
        {
            to.Variant(ShortMessageVariant);
            to.Body(Payload);
        }
    }

    /// <summary>A piece of a stream.</summary>
    /// <param name="StreamId">Names the stream.</param>
    /// <param name="TotalLength">Bytes of the whole stream.</param>
    /// <param name="FragmentNumber">Counts from 1. <see cref="FragmentPlan"/> says where the piece lies.</param>
    /// <param name="Payload">The piece.</param>
    /// <param name="Metadata">In fragment 1 perhaps: the message that announces the stream.</param>
    public sealed record StreamFragment(
        uint StreamId, ulong TotalLength, uint FragmentNumber, IBody Payload, IBody? Metadata) : SymmetricPayload
    {
        public static new readonly Step[] Steps =
        [
            Step.U32, Step.U64, Step.U32, Step.Bytes(Field.Unnamed), Step.Option(Step.Bytes(Field.Unnamed)),
        ];

        public override void Write(BincodeWriter to)
        {
            to.Variant(StreamFragmentVariant);
            to.U32(StreamId);
            to.U64(TotalLength);
            to.U32(FragmentNumber);
            to.Body(Payload);
            to.Bool(Metadata is not null);
            if (Metadata is not null)
            {
                to.Body(Metadata);
            }
        }

        public static new StreamFragment Read(ref BincodeReader from) =>
            new(from.U32(), from.U64(), from.U32(), from.Body(), from.Option() ? from.Body() : null);
    }

    /// <summary>Nothing: the packet is sent for its receipts.</summary>
    public sealed record NoOp : SymmetricPayload
    {
        public override void Write(BincodeWriter to) => to.Variant(NoOpVariant);
    }

    /// <summary>Asks for a <see cref="Pong"/> with the same number.</summary>
    public sealed record Ping(ulong Sequence) : SymmetricPayload
    {
        public override void Write(BincodeWriter to)
        {
            to.Variant(PingVariant);
            to.U64(Sequence);
        }
    }

    /// <summary>Answers a <see cref="Ping"/>.</summary>
    public sealed record Pong(ulong Sequence) : SymmetricPayload
    {
        public override void Write(BincodeWriter to)
        {
            to.Variant(PongVariant);
            to.U64(Sequence);
        }
    }
}
