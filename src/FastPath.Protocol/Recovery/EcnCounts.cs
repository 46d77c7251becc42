using FastPath.Buffers.Datagrams;

namespace FastPath.Protocol.Recovery;

/// <summary>Packets that have come, by their ECN codepoint, in all (RFC 9000, section 19.3.2).</summary>
/// <param name="CapableZero">With ECT(0), unmarked.</param>
/// <param name="CapableOne">With ECT(1), unmarked.</param>
/// <param name="Marked">With a mark of congestion (CE).</param>
internal readonly record struct EcnCounts(long CapableZero, long CapableOne, long Marked)
{
    /// <summary>Nothing that is worth a frame.</summary>
    public bool IsEmpty => CapableZero + CapableOne + Marked == 0;

    public EcnCounts With(EcnCodepoint codepoint) => codepoint switch
    {
        EcnCodepoint.CapableZero => this with { CapableZero = CapableZero + 1 },
        EcnCodepoint.CapableOne => this with { CapableOne = CapableOne + 1 },
        EcnCodepoint.CongestionExperienced => this with { Marked = Marked + 1 },
        _ => this,
    };
}
