namespace FastPath.Protocol.Streams;

/// <summary>Stream ids: the low bit names the opener (0 the session's initiator), the rest counts its streams from 0.</summary>
internal static class StreamId
{
    public static ulong Of(ulong index, bool byInitiator) => (index << 1) | (byInitiator ? 0UL : 1UL);

    public static ulong IndexOf(ulong id) => id >> 1;

    public static bool IsOpenedByInitiator(ulong id) => (id & 1) == 0;
}
