using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Bincode;

/// <summary>
/// Reads a value that lies in memory as a whole. Bad bytes never throw: the first error is kept, everything read
/// after it is zero or empty. Bodies are slices of the input, not copies.
/// </summary>
internal ref struct BincodeReader(ReadOnlyMemory<byte> source)
{
    private readonly ReadOnlyMemory<byte> _source = source;
    private readonly ReadOnlySpan<byte> _bytes = source.Span;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public BincodeError Error { get; private set; }

    /// <summary>
    /// Reads one value; bytes behind it are ignored, as the network does, unless <paramref name="strict"/>.
    /// </summary>
    public static bool TryRead<T>(
        ReadOnlyMemory<byte> source,
        [MaybeNullWhen(false)] out T value,
        out int consumed,
        out BincodeError error,
        bool strict = false)
        where T : IBincode<T>
    {
        var reader = new BincodeReader(source);
        value = T.Read(ref reader);
        if (strict && reader.Position < source.Length)
        {
            reader.Fail(BincodeErrorKind.TrailingBytes, reader.Position);
        }

        error = reader.Error;
        consumed = reader.Position;
        return !error.IsError;
    }

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(RawOrZeros(sizeof(ushort)));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(RawOrZeros(sizeof(uint)));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(RawOrZeros(sizeof(ulong)));

    public bool Bool() => Flag(BincodeErrorKind.InvalidBool);

    public bool Option() => Flag(BincodeErrorKind.InvalidOptionTag);

    /// <summary>An enum index below the count.</summary>
    public uint Variant(uint count)
    {
        int start = Position;
        uint index = U32();
        if (index >= count)
        {
            Fail(BincodeErrorKind.InvalidVariant, start);
        }

        return index;
    }

    /// <summary>Bytes without a length; zeros after an error. At most 32.</summary>
    public ReadOnlySpan<byte> RawOrZeros(int length)
    {
        ReadOnlySpan<byte> zeros =
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        int start = Position;
        return TryTake((ulong)length, start) ? _bytes.Slice(start, length) : zeros[..length];
    }

    /// <summary>Length and UTF-8.</summary>
    public string Text() => Encoding.UTF8.GetString(Utf8Text(out _));

    /// <summary>Length and valid UTF-8; empty after an error.</summary>
    /// <param name="start">Where the length stands: the offset of an error in the text.</param>
    public ReadOnlySpan<byte> Utf8Text(out int start)
    {
        ReadOnlySpan<byte> text = ByteString(out start);
        if (!Utf8.IsValid(text))
        {
            Fail(BincodeErrorKind.InvalidUtf8, start);
            return default;
        }

        return text;
    }

    /// <summary>Length and bytes; empty after an error.</summary>
    /// <param name="start">Where the length stands: the offset of an error in the bytes.</param>
    public ReadOnlySpan<byte> ByteString(out int start)
    {
        start = Position;
        int length = TakeCounted();
        return _bytes.Slice(Position - length, length);
    }

    /// <summary>Length and bytes.</summary>
    public IBody Body()
    {
        int length = TakeCounted();
        return length == 0 ? MemoryBody.Empty : new MemoryBody(_source.Slice(Position - length, length));
    }

    /// <summary>All that is left.</summary>
    public IBody BodyToEnd()
    {
        int start = Position;
        return TryTake((ulong)(_bytes.Length - start), start) ? new MemoryBody(_source[start..]) : MemoryBody.Empty;
    }

    public T Value<T>()
        where T : IBincode<T> => T.Read(ref this);

    public T? OptionalReference<T>()
        where T : class, IBincode<T> => Option() ? T.Read(ref this) : null;

    public T? OptionalValue<T>()
        where T : struct, IBincode<T> => Option() ? T.Read(ref this) : null;

    /// <summary>Count and elements; empty after an error.</summary>
    /// <param name="elementLengthMin">Bytes of the shortest element: room is made for no more than the input can
    /// hold.</param>
    public T[] List<T>(int elementLengthMin)
        where T : IBincode<T>
    {
        ulong count = U64();
        T[] elements = new T[Math.Min(count, (ulong)((_bytes.Length - Position) / elementLengthMin))];
        for (ulong i = 0; i < count; i++)
        {
            T element = T.Read(ref this);
            if (Error.IsError)
            {
                return [];
            }

            elements[i] = element;
        }

        return elements;
    }

    /// <summary>Keeps the first error.</summary>
    public void Fail(BincodeErrorKind kind, int offset)
    {
        if (!Error.IsError)
        {
            Error = new BincodeError(kind, offset);
        }
    }

    private bool Flag(BincodeErrorKind error)
    {
        int start = Position;
        byte value = RawOrZeros(1)[0];
        if (value > 1)
        {
            Fail(error, start);
        }

        return value == 1 && !Error.IsError;
    }

    // Steps over a length and as many bytes; 0 when they are not there.
    private int TakeCounted()
    {
        int start = Position;
        ulong length = U64();
        return TryTake(length, start) ? (int)length : 0;
    }

    private bool TryTake(ulong length, int fieldStart)
    {
        if (Error.IsError)
        {
            return false;
        }

        if (length > (ulong)(_bytes.Length - Position))
        {
            Fail(BincodeErrorKind.UnexpectedEnd, fieldStart);
            return false;
        }

        Position += (int)length;
        return true;
    }
}
