using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>What a peer answered to an offer that it did not decline.</summary>
/// <param name="Stream">To be given a ring when the payload is wanted.</param>
/// <param name="From">The first byte that is wanted; -1 when the peer has all of it already.</param>
internal readonly record struct OfferOutcome(SendStream Stream, long From)
{
    public bool IsHeld => From < 0;
}
