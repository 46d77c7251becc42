using FastPath.Serialization.Bodies;

namespace FastPath.Tests.Transfers;

/// <summary>A body during whose third reading something happens once: the first two compute its key and its digest.</summary>
internal sealed class TriggeredBody(byte[] bytes, long at, Action trigger) : IBody
{
    private int _readings;
    private bool _isDone;

    public long Length => bytes.Length;

    public void Read(long offset, Span<byte> destination)
    {
        _readings += offset == 0 ? 1 : 0;
        if (_readings > 2 && offset >= at && !_isDone)
        {
            _isDone = true;
            trigger();
        }

        bytes.AsSpan((int)offset, destination.Length).CopyTo(destination);
    }
}
