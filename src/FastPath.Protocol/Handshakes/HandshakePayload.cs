using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Handshakes;

/// <summary>What both sides tell each other inside the handshake: a TLV list (decisions D11 and D13).</summary>
internal readonly ref struct HandshakePayload
{
    private const ulong PaddingItem = 0x00;
    private const ulong VersionsItem = 0x01;
    private const ulong RoleItem = 0x02;
    private const ulong CiphersItem = 0x03;
    private const ulong CapabilitiesItem = 0x04;
    private const ulong StatusItem = 0x05;
    private const ulong ResetTokenItem = 0x06;

    public byte VersionMin { get; init; }

    public byte VersionMax { get; init; }

    public NodeRole Role { get; init; }

    /// <summary>Message 1: offers, best first. Message 2: the chosen one.</summary>
    public ReadOnlySpan<byte> Ciphers { get; init; }

    /// <summary>Null is written as nothing at all, which is read as <see cref="CapabilitySet.None"/>: an old node.</summary>
    public CapabilitySet? Capabilities { get; init; }

    /// <summary>There is a mandatory item that this node does not know: it refuses.</summary>
    public bool HasUnknownItem { get; private init; }

    public HandshakeStatus Status { get; init; }

    /// <summary>Proves later that the sender lost the session; 16 bytes, or empty.</summary>
    public ReadOnlySpan<byte> ResetToken { get; init; }

    /// <summary>Reads a list; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> list, out HandshakePayload payload)
    {
        byte versionMin = 0;
        byte versionMax = 0;
        byte role = 0;
        byte status = 0;
        bool hasUnknownItem = false;
        ReadOnlySpan<byte> capabilities = default;
        ReadOnlySpan<byte> ciphers = default;
        ReadOnlySpan<byte> token = default;
        payload = default;
        var reader = new TlvReader(list);
        bool malformed;
        while (reader.TryRead(out ulong type, out ReadOnlySpan<byte> value, out malformed))
        {
            bool isValid = true;
            switch (type)
            {
                case VersionsItem:
                    isValid = value.Length == 2 && value[0] <= value[1];
                    (versionMin, versionMax) = isValid ? (value[0], value[1]) : default;
                    break;
                case RoleItem:
                    isValid = value.Length == 1;
                    role = isValid ? value[0] : role;
                    break;
                case CiphersItem:
                    ciphers = value;
                    break;
                case CapabilitiesItem:
                    capabilities = value;
                    break;
                case StatusItem:
                    isValid = value.Length == 1;
                    status = isValid ? value[0] : status;
                    break;
                case ResetTokenItem:
                    isValid = value.Length == StatelessResetToken.Length;
                    token = value;
                    break;
                default:
                    hasUnknownItem |= TlvReader.IsMandatory(type);
                    break;
            }

            if (!isValid)
            {
                return false;
            }
        }

        payload = new HandshakePayload
        {
            VersionMin = versionMin,
            VersionMax = versionMax,
            Role = (NodeRole)role,
            Ciphers = ciphers,
            Capabilities = CapabilitySet.Read(capabilities),
            HasUnknownItem = hasUnknownItem,
            Status = (HandshakeStatus)status,
            ResetToken = token,
        };
        return !malformed;
    }

    /// <summary>Writes the list and fills the rest of the space, when asked, with padding.</summary>
    public int Write(Span<byte> space, bool pad)
    {
        var writer = new FrameWriter(space);
        WriteItem(ref writer, VersionsItem, [VersionMin, VersionMax]);
        WriteItem(ref writer, RoleItem, [(byte)Role]);
        WriteItem(ref writer, CiphersItem, Ciphers);
        if (Capabilities is { } set)
        {
            Span<byte> capabilities = stackalloc byte[CapabilitySet.EncodedLengthMax];
            WriteItem(ref writer, CapabilitiesItem, capabilities[..set.Write(capabilities)]);
        }

        WriteItem(ref writer, StatusItem, [(byte)Status]);
        if (!ResetToken.IsEmpty)
        {
            WriteItem(ref writer, ResetTokenItem, ResetToken);
        }

        if (!pad)
        {
            return writer.Position;
        }

        // Type and a two-byte length: the space left is always below 16 KiB and above 64 bytes.
        int zeros = writer.Remaining - 3;
        writer.WriteVarInt(PaddingItem);
        writer.WriteVarInt((ulong)zeros);
        writer.Reserve(zeros).Clear();
        return writer.Position;
    }

    private static void WriteItem(ref FrameWriter writer, ulong type, scoped ReadOnlySpan<byte> value)
    {
        writer.WriteVarInt(type);
        writer.WriteBlock(value);
    }
}
