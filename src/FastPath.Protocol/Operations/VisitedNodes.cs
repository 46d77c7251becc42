using System.Buffers.Binary;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;

namespace FastPath.Protocol.Operations;

/// <summary>Nodes that an operation was passed to, each with how many hops it could still make there.</summary>
/// <remarks>
/// A node that ran out of hops has not seen everything behind it: only one that was asked with at least as many hops left
/// need not be asked again. So a depth-first search misses nothing that lies within its hops, however it wanders. An entry
/// is a fingerprint of 8 bytes and a hop count; 80 of them fit beside everything else in the longest metadata.
/// </remarks>
internal sealed class VisitedNodes
{
    public const int CountMax = 80;
    private const int EntryLength = sizeof(ulong) + 1;

    private readonly Dictionary<ulong, byte> _hops = [];

    public int Count => _hops.Count;

    public int EncodedLength => VarInt.LengthOf((ulong)(_hops.Count * EntryLength)) + (_hops.Count * EntryLength);

    public bool IsFull => _hops.Count >= CountMax;

    /// <summary>A list whose block was read; a part of an entry at the end is left out.</summary>
    public void Merge(ReadOnlySpan<byte> block)
    {
        for (; block.Length >= EntryLength; block = block[EntryLength..])
        {
            Add(BinaryPrimitives.ReadUInt64BigEndian(block), block[sizeof(ulong)]);
        }
    }

    /// <param name="hopsToLive">What the node could still do when it was asked.</param>
    // Static keys are points of a curve: their leading bytes are as good as a hash.
    public void Add(PeerKey node, byte hopsToLive) => Add(node.A, hopsToLive);

    public bool Contains(PeerKey node) => _hops.ContainsKey(node.A);

    /// <summary>The node was asked with at least so many hops left: nothing new can come of asking it again.</summary>
    public bool Covers(PeerKey node, byte hopsToLive) => _hops.TryGetValue(node.A, out byte known) && known >= hopsToLive;

    public VisitedNodes Copy()
    {
        var copy = new VisitedNodes();
        foreach ((ulong fingerprint, byte hops) in _hops)
        {
            copy.Add(fingerprint, hops);
        }

        return copy;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteVarInt((ulong)(_hops.Count * EntryLength));
        foreach ((ulong fingerprint, byte hops) in _hops)
        {
            BinaryPrimitives.WriteUInt64BigEndian(writer.Reserve(sizeof(ulong)), fingerprint);
            writer.WriteByte(hops);
        }
    }

    private void Add(ulong fingerprint, byte hopsToLive)
    {
        bool isKnown = _hops.TryGetValue(fingerprint, out byte known);
        if (isKnown ? hopsToLive > known : !IsFull)
        {
            _hops[fingerprint] = hopsToLive;
        }
    }
}
