using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Streams;

/// <summary>A STREAM_RESET or STOP_SENDING that is repeated until acknowledged; it outlives its stream.</summary>
internal readonly record struct StreamControl(FrameType Type, ulong StreamId, StreamErrorCode Code, long BytesSent);
