using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Frames;

namespace FastPath.Fuzz.Targets;

/// <summary>A TLV list as it ends opening frames and fills handshake payloads.</summary>
internal sealed class TlvListTarget : IFuzzTarget
{
    public string Name => "tlv-list";

    public long AllocatedBytesMax => 16 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            yield return ("empty", []);
            yield return ("optional-and-mandatory", Write((0x10UL, 3), (0x11UL, 0), (0x3FFEUL, 70)));
            yield return ("long-type", Write((VarInt.MaxValue, 1)));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input) => Outcome.Of(Math.Min(TlvOracle.Check(Outcome.Cut(input)), 16));

    private static byte[] Write(params ReadOnlySpan<(ulong Type, int Length)> items)
    {
        byte[] buffer = new byte[256];
        var writer = new FrameWriter(buffer);
        foreach ((ulong type, int length) in items)
        {
            writer.WriteVarInt(type);
            writer.WriteBlock(new byte[length]);
        }

        return buffer[..writer.Position];
    }
}
