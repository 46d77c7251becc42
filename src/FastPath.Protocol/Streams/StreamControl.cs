using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Streams;

/// <summary>A frame about a stream that is repeated until acknowledged and may outlive its stream.</summary>
/// <param name="Code">Of STREAM_RESET and STOP_SENDING.</param>
/// <param name="Value">STREAM_RESET: bytes sent. Of the signals their one number.</param>
internal readonly record struct StreamControl(FrameType Type, ulong StreamId, StreamErrorCode Code, long Value);
