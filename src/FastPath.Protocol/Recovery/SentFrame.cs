using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Recovery;

/// <summary>What a packet carried, so that its frames (never the packet) can be sent again (decision D4).</summary>
/// <param name="Type">Kind of frame; only kinds that need their fate are recorded.</param>
/// <param name="Id">Stream id, message sequence number or a largest acknowledged packet, by kind.</param>
/// <param name="Offset">First byte, or the value that was granted.</param>
/// <param name="Length">Payload bytes.</param>
internal readonly record struct SentFrame(FrameType Type, ulong Id, long Offset = 0, int Length = 0);
