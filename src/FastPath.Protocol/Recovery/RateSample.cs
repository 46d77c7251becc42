namespace FastPath.Protocol.Recovery;

/// <summary>How fast bytes were delivered while one packet was under way.</summary>
/// <param name="BytesPerSecond">0 when the time was too short to tell.</param>
/// <param name="IsAppLimited">The sender had run out of data: the path may be faster.</param>
internal readonly record struct RateSample(long BytesPerSecond, bool IsAppLimited);
