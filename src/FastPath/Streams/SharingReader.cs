using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>A reader of this node among others that take the same stream.</summary>
/// <remarks>It hears at its next read that it was too slow, and leaves then: until it comes back, what it holds is its own.</remarks>
internal sealed class SharingReader(StreamHandle handle) : IFanOutMember
{
    public bool IsLive => !handle.Leases.IsClosed;

    public long Position => handle.Leases.Cursor.Position;

    public void DropTooSlow(Instant now) => handle.FailNextRead(StreamErrorCode.TooSlow);
}
