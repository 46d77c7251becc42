using System.Buffers.Binary;
using System.Text;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Bincode;

/// <summary>
/// Collects the fields of a value: fixed ones as bytes in one small buffer, bodies as references. What comes out
/// is the <see cref="StreamingSerializer"/>, which does the copying later.
/// </summary>
/// <remarks>
/// bincode 1.3: little-endian, fixed width, u64 lengths, u32 enum indices, one byte for bool and option.
/// </remarks>
internal sealed class BincodeWriter
{
    private readonly List<StreamingSerializer.Segment> _segments = [];
    private byte[] _fixed = new byte[256];
    private int _fixedLength;
    private int _openFixed;
    private long _length;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(sizeof(ushort)), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(sizeof(uint)), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    public void Bool(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    public void Variant(uint index) => U32(index);

    public void Length(long value) => U64((ulong)value);

    /// <summary>Bytes without a length: hashes, keys, octets.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Room for bytes without a length, to be filled by the caller at once.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_fixed.Length - _fixedLength < length)
        {
            Array.Resize(ref _fixed, Math.Max(_fixed.Length * 2, _fixedLength + length));
        }

        _fixedLength += length;
        return _fixed.AsSpan(_fixedLength - length, length);
    }

    /// <summary>Length and UTF-8.</summary>
    public void Text(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Length(length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>Length and bytes; the bytes are read when they are sent.</summary>
    public void Body(IBody body)
    {
        Length(body.Length);
        RawBody(body);
    }

    /// <summary>Bytes without a length: the value ends where they end.</summary>
    public void BodyToEnd(IBody body) => RawBody(body);

    /// <summary>Bytes whose length stands elsewhere; they are read when they are sent.</summary>
    public void RawBody(IBody body)
    {
        CloseFixed();
        if (body.Length > 0)
        {
            _segments.Add(new StreamingSerializer.Segment(_length, body, 0));
            _length = checked(_length + body.Length);
        }
    }

    public void Value<T>(T value)
        where T : IBincode<T> => value.Write(this);

    public void Optional<T>(T? value)
        where T : class, IBincode<T>
    {
        Bool(value is not null);
        value?.Write(this);
    }

    public void Optional<T>(T? value)
        where T : struct, IBincode<T>
    {
        Bool(value.HasValue);
        value?.Write(this);
    }

    public StreamingSerializer Finish()
    {
        CloseFixed();
        return new StreamingSerializer([.. _segments], _fixed, _length);
    }

    /// <summary>The serializer of one value.</summary>
    public static StreamingSerializer Start<T>(T value)
        where T : IBincode<T>
    {
        var writer = new BincodeWriter();
        value.Write(writer);
        return writer.Finish();
    }

    private void CloseFixed()
    {
        if (_fixedLength > _openFixed)
        {
            _segments.Add(new StreamingSerializer.Segment(_length, null, _openFixed));
            _length += _fixedLength - _openFixed;
            _openFixed = _fixedLength;
        }
    }
}
