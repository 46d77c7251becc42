namespace FastPath.Serialization.Hashing;

/// <summary>The stored values of a payload's groups and nodes: cuts the proof of any group from them.</summary>
internal readonly struct Blake3Outboard
{
    private readonly ReadOnlyMemory<byte> _values;

    /// <param name="layout">Of the payload.</param>
    /// <param name="values">What <see cref="Blake3OutboardBuilder"/> filled.</param>
    public Blake3Outboard(Blake3GroupLayout layout, ReadOnlyMemory<byte> values)
    {
        Layout = layout;
        _values = values;
    }

    public Blake3GroupLayout Layout { get; }

    /// <summary>Writes the proof that goes before a group: <see cref="Blake3GroupLayout.ProofBytes"/> bytes.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="isFirst">The receiver starts here; group 0 is always first.</param>
    /// <param name="proof">Room for the proof.</param>
    /// <returns>Bytes written.</returns>
    public int WriteProof(long group, bool isFirst, Span<byte> proof)
    {
        int written = 0;
        for (int level = Layout.ProofLevel(group, isFirst); level > 0; level--)
        {
            if (Layout.HasNode(level, group))
            {
                long at = Layout.OffsetOf(level - 1) + ((group >> level) * Blake3GroupLayout.NodeBytes);
                _values.Span.Slice((int)at, Blake3GroupLayout.NodeBytes).CopyTo(proof[written..]);
                written += Blake3GroupLayout.NodeBytes;
            }
        }

        return written;
    }
}
