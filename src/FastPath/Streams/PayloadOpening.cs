using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>How a payload that can be replayed is to be sent, after it was offered or without.</summary>
/// <param name="Description">With the offset to begin at.</param>
/// <param name="Accepted">The stream that the receiver has accepted; null to open one.</param>
/// <param name="IsHeld">The receiver has all of it already.</param>
internal readonly record struct PayloadOpening(StreamDescription Description, SendStream? Accepted, bool IsHeld);
