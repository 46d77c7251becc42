using System.Diagnostics;

namespace FastPath.Protocol.Streams;

/// <summary>How far one reader of a ring has come; bytes below every cursor are given back.</summary>
/// <remarks>Moved by its reader's thread, read by the thread that reclaims.</remarks>
internal sealed class RingCursor(long position)
{
    private long _position = position;

    public long Position => Volatile.Read(ref _position);

    public void Advance(long to)
    {
        Debug.Assert(to >= _position);
        Volatile.Write(ref _position, to);
    }
}
