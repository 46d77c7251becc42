using System.Buffers.Binary;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;

namespace FastPath.Protocol.Operations;

/// <summary>Nodes that a search has asked: fingerprints of 8 bytes, at most 96, so that a list always fits one message.</summary>
internal sealed class VisitedNodes
{
    private const int CountMax = 96;

    private readonly List<ulong> _fingerprints = [];

    public int EncodedLength => VarInt.LengthOf((ulong)(_fingerprints.Count * sizeof(ulong))) + (_fingerprints.Count * sizeof(ulong));

    public bool IsFull => _fingerprints.Count >= CountMax;

    /// <summary>A list whose block was read; a part of a fingerprint at the end is left out.</summary>
    public void Merge(ReadOnlySpan<byte> block)
    {
        for (; block.Length >= sizeof(ulong); block = block[sizeof(ulong)..])
        {
            Add(BinaryPrimitives.ReadUInt64BigEndian(block));
        }
    }

    // Static keys are points of a curve: their leading bytes are as good as a hash.
    public void Add(PeerKey node) => Add(node.A);

    public bool Contains(PeerKey node) => _fingerprints.Contains(node.A);

    public void Write(ref FrameWriter writer)
    {
        writer.WriteVarInt((ulong)(_fingerprints.Count * sizeof(ulong)));
        foreach (ulong fingerprint in _fingerprints)
        {
            BinaryPrimitives.WriteUInt64BigEndian(writer.Reserve(sizeof(ulong)), fingerprint);
        }
    }

    private void Add(ulong fingerprint)
    {
        if (!IsFull && !_fingerprints.Contains(fingerprint))
        {
            _fingerprints.Add(fingerprint);
        }
    }
}
