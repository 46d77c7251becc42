using System.Collections.Concurrent;

namespace FastPath.Hosting;

/// <summary>Messages and requests of a node that are over and wait to be used again.</summary>
internal sealed class MessagePool(bool runsContinuationsInline)
{
    private const int KeptMax = 1_024;

    private readonly ConcurrentQueue<OutgoingMessage> _free = new();
    private int _count;

    public bool RunsContinuationsInline => runsContinuationsInline;

    public OutgoingMessage Rent()
    {
        if (_free.TryDequeue(out OutgoingMessage? message))
        {
            Interlocked.Decrement(ref _count);
            return message;
        }

        return new OutgoingMessage(this);
    }

    public void Return(OutgoingMessage message)
    {
        if (Interlocked.Increment(ref _count) <= KeptMax)
        {
            _free.Enqueue(message);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
