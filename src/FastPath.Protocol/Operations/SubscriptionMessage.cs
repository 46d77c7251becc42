using FastPath.Protocol.Frames;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Begins or ends the following of a key. Layout: purpose, instance 32, hops to live.</summary>
internal readonly record struct SubscriptionMessage(Purpose Purpose, ContractInstanceId Instance, byte HopsToLive)
{
    public const int Length = 1 + ContractInstanceId.Length + 1;

    public static bool TryRead(ReadOnlySpan<byte> message, Purpose purpose, out SubscriptionMessage subscription)
    {
        subscription = default;
        var reader = new FrameReader(message);
        if (!reader.TryReadByte(out byte first)
            || first != (byte)purpose
            || !reader.TryReadBytes(ContractInstanceId.Length, out ReadOnlySpan<byte> instance)
            || !reader.TryReadByte(out byte hopsToLive))
        {
            return false;
        }

        subscription = new SubscriptionMessage(purpose, ContractInstanceId.Read(instance), hopsToLive);
        return true;
    }

    public void Write(Span<byte> space)
    {
        var writer = new FrameWriter(space);
        writer.WriteByte((byte)Purpose);
        Instance.Write(writer.Reserve(ContractInstanceId.Length));
        writer.WriteByte(HopsToLive);
    }
}
