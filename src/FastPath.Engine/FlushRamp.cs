using FastPath.Protocol.Time;
using FastPath.Sockets.Linux;

namespace FastPath.Engine;

/// <summary>How much is sealed before it is handed to the kernel: little where somebody waits for the first bytes, then twice as much each time.</summary>
/// <remarks>
/// That is so after a pause. That a stream begins tells more than how long nothing came: in the middle of one, loops that share a
/// core wait for it too.
/// </remarks>
internal struct FlushRamp()
{
    // A receiver can begin on the first part of a burst while the rest is still being sealed. It is what the kernel takes as one
    // buffer: one packet more would be a buffer of its own, which costs about as much as a whole one without its copy.
    private const int BytesMax = SendGroup.BytesMax;

    // A relay's window holds three of these: one comes, one is under way inside, one has left.
    private const int BytesOfRelay = 32 * 1_024;
    private const int BytesAtFirst = 8 * 1_024;
    private const int PartsOfStream = 3;
    private static readonly Duration Pause = Duration.FromMicroseconds(100);
    private static readonly Duration PauseBeforeStream = Duration.FromMicroseconds(10);

    private int _bytes = BytesMax;
    private bool _hasWaited;
    private int _partsLeft;

    /// <summary>The loop had nothing to do for so long.</summary>
    public void OnWaited(Duration idle)
    {
        _bytes = idle >= Pause ? BytesAtFirst : BytesMax;
        _hasWaited = idle >= PauseBeforeStream;
    }

    /// <summary>A packet was sealed that begins a stream; many at once are no reason to hand over little each time.</summary>
    public void OnStreamOpened()
    {
        if (_hasWaited)
        {
            _hasWaited = false;
            _bytes = BytesAtFirst;
            _partsLeft = PartsOfStream;
        }
    }

    /// <summary>Whether another packet as long as the last one would be too much.</summary>
    /// <param name="sealedBytes">Since the last flush.</param>
    /// <param name="lastBytes">Of them in the last packet.</param>
    /// <param name="isRelayed">The next hop waits for it.</param>
    public readonly bool IsEnough(int sealedBytes, int lastBytes, bool isRelayed = false) =>
        sealedBytes + lastBytes > (isRelayed ? Math.Min(_bytes, BytesOfRelay) : _bytes);

    /// <returns>True for the first parts of a stream: whoever waits for them may be a loop on this core.</returns>
    public bool OnFlushed()
    {
        _bytes = Math.Min(2 * _bytes, BytesMax);
        bool isFirst = _partsLeft > 0;
        _partsLeft -= isFirst ? 1 : 0;
        return isFirst;
    }
}
