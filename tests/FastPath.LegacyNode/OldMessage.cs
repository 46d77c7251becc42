using System.Text;

namespace FastPath.LegacyNode;

/// <summary>The messages that an old node knows, in the network's encoding: version 0, kind, variant, transaction, fields.</summary>
/// <param name="Kind">1 PUT, 2 GET, 5 aborted.</param>
/// <param name="Variant">0 request, 1 response; 5 error of a PUT. Others are heard and left alone.</param>
/// <param name="Transaction">26 characters.</param>
internal sealed record OldMessage(uint Kind, uint Variant, string Transaction)
{
    public const uint Put = 1;
    public const uint Get = 2;
    public const uint Aborted = 5;
    public const uint Request = 0;
    public const uint Response = 1;
    public const uint Error = 5;

    public OldContract? Contract { get; init; }

    /// <summary>Of a response to a PUT: 64 bytes.</summary>
    public byte[] Key { get; init; } = [];

    /// <summary>Of a GET: 32 bytes.</summary>
    public byte[] Instance { get; init; } = [];

    public long HopsToLive { get; init; }

    /// <summary>Which nodes a GET has passed: 64 bytes, sent on as they came.</summary>
    public byte[] Visited { get; init; } = new byte[64];

    public static OldMessage? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new OldReader(bytes);
        uint version = reader.U32();
        uint kind = reader.U32();
        uint variant = kind is Put or Get ? reader.U32() : 0;
        string transaction = Encoding.ASCII.GetString(reader.Counted());
        if (reader.Byte() == 1)
        {
            reader.Counted();
        }

        var message = new OldMessage(kind, variant, transaction);
        OldMessage? read = (kind, variant) switch
        {
            (Put, Request) => ReadPut(message, ref reader),
            (Put, Response) => message with { Key = reader.Take(64).ToArray(), HopsToLive = reader.U64() },
            (Get, Request) => ReadGet(message, ref reader),
            (Get, Response) => ReadFound(message, ref reader),
            _ => message,
        };
        return version == 0 && !reader.HasFailed ? read : null;
    }

    public byte[] ToBytes()
    {
        var writer = new OldWriter();
        writer.U32(0).U32(Kind);
        if (Kind is Put or Get)
        {
            writer.U32(Variant);
        }

        writer.Counted(Encoding.ASCII.GetBytes(Transaction)).Byte(0);
        switch ((Kind, Variant))
        {
            case (Put, Request):
                Contract!.Write(writer);
                writer.U64(0).Counted(Contract.State).U64(HopsToLive).U64(0);
                break;
            case (Put, Response):
                writer.Bytes(Key).U64(HopsToLive);
                break;
            case (Put, Error):
                writer.Counted("could not be stored"u8);
                break;
            case (Get, Request):
                writer.Bytes(Instance).Byte(1).U64(HopsToLive).Bytes(Visited).Byte(0);
                break;
            case (Get, Response):
                WriteFound(writer.Bytes(Instance));
                writer.U64(HopsToLive);
                break;
        }

        return writer.ToArray();
    }

    private static OldMessage ReadPut(OldMessage message, ref OldReader reader)
    {
        OldContract contract = OldContract.Read(ref reader);
        for (long related = reader.U64(); related > 0 && !reader.HasFailed; related--)
        {
            reader.Take(32);
            if (reader.Byte() == 1)
            {
                reader.Counted();
            }
        }

        byte[] state = reader.Counted();
        return message with { Contract = contract with { State = state }, HopsToLive = reader.U64() };
    }

    private static OldMessage ReadGet(OldMessage message, ref OldReader reader)
    {
        byte[] instance = reader.Take(32).ToArray();
        reader.Byte();
        return message with { Instance = instance, HopsToLive = reader.U64(), Visited = reader.Take(64).ToArray() };
    }

    private static OldMessage ReadFound(OldMessage message, ref OldReader reader)
    {
        message = message with { Instance = reader.Take(32).ToArray() };
        if (reader.U32() != 0)
        {
            return message;
        }

        reader.Take(64);
        byte[] state = reader.Byte() == 1 ? reader.Counted() : [];
        return reader.Byte() == 1 ? message with { Contract = OldContract.Read(ref reader) with { State = state } } : message;
    }

    private void WriteFound(OldWriter writer)
    {
        writer.U32(Contract is null ? 1u : 0u);
        if (Contract is { } found)
        {
            writer.Bytes(found.Key).Byte(1).Counted(found.State).Byte(1);
            found.Write(writer);
        }
    }
}
