using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>
/// A ULID that names an operation: 48 bits of milliseconds on top, then chance, its kind in the last byte.
/// </summary>
/// <remarks>Layout: length u64 (26), the 26 characters of the text form (Crockford's base 32).</remarks>
internal readonly record struct TransactionId(UInt128 Value) : IBincode<TransactionId>
{
    public const int TextLength = 26;

    public static readonly Step[] Steps =
        [Step.Text(Field.Transaction, new BytesRule(TextLength, c => DigitOf(c) >= 0))];

    private const int BitsPerCharacter = 5;
    private const int RandomBits = 80;

    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"u8;

    /// <summary>What kind of operation it is.</summary>
    public byte OperationType => (byte)Value;

    /// <summary>When it was made; milliseconds since 1970.</summary>
    public long Milliseconds => (long)(Value >> RandomBits);

    /// <param name="milliseconds">Since 1970; the low 48 bits count.</param>
    /// <param name="random">Chance; the low 80 bits count, except the last byte.</param>
    /// <param name="operationType">Goes into the last byte.</param>
    public static TransactionId Create(long milliseconds, UInt128 random, byte operationType)
    {
        UInt128 chance = random & ((UInt128.One << RandomBits) - 1) & ~(UInt128)byte.MaxValue;
        return new TransactionId(((UInt128)(ulong)milliseconds << RandomBits) | chance | operationType);
    }

    /// <summary>
    /// Reads the 26 characters, in either case. As on the network, the two bits that a first character above 7 has
    /// too many are dropped, so the text of the result may differ.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out TransactionId id)
    {
        id = default;
        UInt128 value = 0;
        foreach (byte character in text)
        {
            int digit = DigitOf(character);
            if (digit < 0)
            {
                return false;
            }

            value = (value << BitsPerCharacter) | (uint)digit;
        }

        id = text.Length == TextLength ? new TransactionId(value) : default;
        return text.Length == TextLength;
    }

    /// <summary>Writes 26 characters in ASCII.</summary>
    public void WriteText(Span<byte> text)
    {
        UInt128 value = Value;
        for (int i = TextLength - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(value & 31)];
            value >>= BitsPerCharacter;
        }
    }

    public override string ToString() => string.Create(TextLength, this, static (text, id) =>
    {
        Span<byte> ascii = stackalloc byte[TextLength];
        id.WriteText(ascii);
        System.Text.Ascii.ToUtf16(ascii, text, out _);
    });

    private static int DigitOf(byte character)
    {
        bool isLower = character is >= (byte)'a' and <= (byte)'z';
        return Alphabet.IndexOf(isLower ? (byte)(character - 'a' + 'A') : character);
    }

    public void Write(BincodeWriter to)
    {
        to.Length(TextLength);
        WriteText(to.Reserve(TextLength));
    }

    public static TransactionId Read(ref BincodeReader from)
    {
        ReadOnlySpan<byte> text = from.Utf8Text(out int start);
        if (!TryParse(text, out TransactionId id))
        {
            from.Fail(BincodeErrorKind.InvalidValue, start);
        }

        return id;
    }
}
