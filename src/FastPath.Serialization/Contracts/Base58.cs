using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace FastPath.Serialization.Contracts;

/// <summary>Base58 with the Bitcoin alphabet and no checksum: how keys are written for people.</summary>
public static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    // Longer text is never a key; the bound keeps the quadratic conversion short.
    private const int TextLengthMax = 128;

    /// <summary>Text of the bytes as one big-endian number; each leading zero byte is a leading <c>1</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        while (!number.IsZero)
        {
            number = BigInteger.DivRem(number, Alphabet.Length, out BigInteger digit);
            text.Insert(0, Alphabet[(int)digit]);
        }

        int zeros = bytes.IndexOfAnyExcept((byte)0);
        return text.Insert(0, new string(Alphabet[0], zeros < 0 ? bytes.Length : zeros)).ToString();
    }

    /// <summary>False when a character is not of the alphabet or the text is longer than any key.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = null;
        if (text.Length > TextLengthMax)
        {
            return false;
        }

        BigInteger number = BigInteger.Zero;
        foreach (char character in text)
        {
            int digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            number = (number * Alphabet.Length) + digit;
        }

        int zeros = text.TakeWhile(c => c == Alphabet[0]).Count();
        byte[] magnitude = number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes = [.. new byte[zeros], .. magnitude];
        return true;
    }
}
