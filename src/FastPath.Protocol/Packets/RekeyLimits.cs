using FastPath.Protocol.Time;

namespace FastPath.Protocol.Packets;

/// <summary>When the sender moves to the next key phase.</summary>
/// <param name="PacketsMax">Packets sealed in one phase; the cipher's own limit holds as well.</param>
/// <param name="TimeMax">Age of a phase.</param>
internal readonly record struct RekeyLimits(ulong PacketsMax, Duration TimeMax)
{
    public static readonly RekeyLimits Default = new(1UL << 40, Duration.FromSeconds(120));
}
