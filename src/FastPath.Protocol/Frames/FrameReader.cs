namespace FastPath.Protocol.Frames;

/// <summary>A cursor over the frames of one opened packet. Every read says whether the bytes were there.</summary>
/// <remarks>Bytes of a peer never throw: a false result ends the packet as malformed.</remarks>
internal ref struct FrameReader(ReadOnlySpan<byte> payload)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _position;

    public readonly int Position => _position;

    public readonly int Remaining => _payload.Length - _position;

    public readonly bool IsAtEnd => _position == _payload.Length;

    public bool TryReadType(out FrameType type)
    {
        bool read = TryReadByte(out byte value);
        type = (FrameType)value;
        return read;
    }

    public bool TryReadByte(out byte value)
    {
        if (_position >= _payload.Length)
        {
            value = 0;
            return false;
        }

        value = _payload[_position++];
        return true;
    }

    public bool TryReadVarInt(out ulong value)
    {
        if (!VarInt.TryRead(_payload[_position..], out value, out int length))
        {
            return false;
        }

        _position += length;
        return true;
    }

    /// <summary>Reads a variable-length integer that is an offset or a size of payload; at most 2^62 - 1.</summary>
    public bool TryReadOffset(out long value)
    {
        bool read = TryReadVarInt(out ulong raw);
        value = (long)raw;
        return read;
    }

    public bool TryReadBytes(int length, out ReadOnlySpan<byte> bytes)
    {
        if (length < 0 || length > Remaining)
        {
            bytes = default;
            return false;
        }

        bytes = _payload.Slice(_position, length);
        _position += length;
        return true;
    }

    /// <summary>Reads a length and that many bytes.</summary>
    public bool TryReadBlock(out ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarInt(out ulong length) || length > (ulong)Remaining)
        {
            bytes = default;
            return false;
        }

        return TryReadBytes((int)length, out bytes);
    }

    /// <summary>Skips PADDING quickly: runs of zero bytes are one frame each.</summary>
    public void SkipPadding()
    {
        int run = _payload[_position..].IndexOfAnyExcept((byte)0);
        _position = run < 0 ? _payload.Length : _position + run;
    }
}
