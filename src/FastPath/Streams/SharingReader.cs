using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>A reader of this node among others that take the same stream.</summary>
/// <remarks>
/// One that was too slow hears of it at its next read. The others do not wait for that: it may be blocked in a store. What it
/// holds until then, one block, is its own.
/// </remarks>
internal sealed class SharingReader(StreamHandle handle) : IFanOutMember
{
    public bool IsLive => !handle.Leases.IsClosed;

    public long Position => handle.Leases.Cursor.Position;

    public void DropTooSlow(Instant now) => handle.LeaveBehind(StreamErrorCode.TooSlow);
}
