using System.Diagnostics;

namespace FastPath.Protocol.Recovery;

/// <summary>Sent packets by number and what they carried, in two circular buffers: no search, no allocation once warm.</summary>
/// <remarks>Numbers are consecutive. Entries leave at the head once nothing more can be learnt of them.</remarks>
internal sealed class SentPacketLedger
{
    private const int InitialCapacity = 4;
    private const int SecondCapacity = 16;

    // A connection at work comes to about as many sooner or later; growing to each new record would allocate now and then.
    private const int WorkingCapacity = 256;

    private SentPacket[] _packets = new SentPacket[InitialCapacity];
    private SentFrame[] _frames = new SentFrame[InitialCapacity];
    private long _framesHead;
    private long _framesTail;

    /// <summary>Oldest number still kept; equal to <see cref="End"/> when empty.</summary>
    public ulong Start { get; private set; }

    /// <summary>The number that the next packet gets.</summary>
    public ulong End { get; private set; }

    public ref SentPacket this[ulong number]
    {
        get
        {
            Debug.Assert(number >= Start);
            Debug.Assert(number < End);
            return ref _packets[number & (ulong)(_packets.Length - 1)];
        }
    }

    public bool Contains(ulong number) => number >= Start && number < End;

    public ref SentPacket Add(ReadOnlySpan<SentFrame> frames)
    {
        if (End - Start == (ulong)_packets.Length)
        {
            GrowPackets();
        }

        while (_framesTail - _framesHead + frames.Length > _frames.Length)
        {
            GrowFrames();
        }

        ref SentPacket packet = ref _packets[End & (ulong)(_packets.Length - 1)];
        packet = new SentPacket { FirstFrame = _framesTail, FrameCount = frames.Length };
        foreach (SentFrame frame in frames)
        {
            _frames[_framesTail & (_frames.Length - 1)] = frame;
            _framesTail++;
        }

        End++;
        return ref packet;
    }

    public ref readonly SentFrame Frame(in SentPacket packet, int index) =>
        ref _frames[(packet.FirstFrame + index) & (_frames.Length - 1)];

    public void RemoveFirst()
    {
        _framesHead += this[Start].FrameCount;
        Start++;
    }

    /// <summary>Gives back what a busy time has left behind.</summary>
    public void Trim()
    {
        if (Start == End && _packets.Length > InitialCapacity)
        {
            _packets = new SentPacket[InitialCapacity];
            _frames = new SentFrame[InitialCapacity];
        }
    }

    private static int LargerThan(int capacity) =>
        capacity < SecondCapacity ? SecondCapacity : Math.Max(WorkingCapacity, capacity * 2);

    private void GrowPackets()
    {
        var larger = new SentPacket[LargerThan(_packets.Length)];
        for (ulong number = Start; number < End; number++)
        {
            larger[number & (ulong)(larger.Length - 1)] = this[number];
        }

        _packets = larger;
    }

    private void GrowFrames()
    {
        var larger = new SentFrame[LargerThan(_frames.Length)];
        for (long index = _framesHead; index < _framesTail; index++)
        {
            larger[index & (larger.Length - 1)] = _frames[index & (_frames.Length - 1)];
        }

        _frames = larger;
    }
}
