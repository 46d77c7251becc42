namespace FastPath.Protocol.Frames;

/// <summary>A cursor over the plaintext of one packet being built.</summary>
/// <remarks>Callers compare a frame's EncodedLength with <see cref="Remaining"/> first; writing past the end throws.</remarks>
internal ref struct FrameWriter(Span<byte> payload)
{
    private readonly Span<byte> _payload = payload;
    private int _position;

    public readonly int Position => _position;

    public readonly int Remaining => _payload.Length - _position;

    public void WriteType(FrameType type) => _payload[_position++] = (byte)type;

    public void WriteByte(byte value) => _payload[_position++] = value;

    public void WriteVarInt(ulong value) => _position += VarInt.Write(_payload[_position..], value);

    public void WriteOffset(long value) => WriteVarInt((ulong)value);

    public void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_payload[_position..]);
        _position += bytes.Length;
    }

    public void WriteBlock(scoped ReadOnlySpan<byte> bytes)
    {
        WriteVarInt((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    /// <summary>Space for bytes that the caller fills in place.</summary>
    public Span<byte> Reserve(int length)
    {
        Span<byte> space = _payload.Slice(_position, length);
        _position += length;
        return space;
    }
}
