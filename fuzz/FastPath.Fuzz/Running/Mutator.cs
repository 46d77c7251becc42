using System.Buffers.Binary;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;

namespace FastPath.Fuzz.Running;

/// <summary>Makes a new input of old ones: a few small changes, drawn from a seed.</summary>
internal sealed class Mutator(SeededRandom random)
{
    private const int LengthMax = 2_048;
    private const int ChangesMax = 6;

    // Values on the borders of the encodings and of the arithmetic behind them.
    private static readonly ulong[] Borders =
    [
        0, 1, 2, 31, 32, 33, 62, 63, 64, 899, 900, 901, 1_199, 1_200, 8_191, 8_192, 16_383, 16_384, 65_535, 65_536,
        (1UL << 30) - 1, 1UL << 30, (1UL << 31) - 1, 1UL << 31, (1UL << 32) - 1, 1UL << 32,
        VarInt.MaxValue - 1, VarInt.MaxValue,
    ];

    private readonly List<byte> _bytes = new(LengthMax);

    public byte[] Mutate(byte[] input, byte[] other)
    {
        _bytes.Clear();
        _bytes.AddRange(input);
        int changes = 1 + random.NextInt32(ChangesMax);
        for (int i = 0; i < changes; i++)
        {
            Change(other);
        }

        return [.. _bytes.Take(LengthMax)];
    }

    private void Change(byte[] other)
    {
        switch (random.NextInt32(10))
        {
            case 0 when _bytes.Count > 0:
                _bytes[Place()] ^= (byte)(1 << random.NextInt32(8));
                break;
            case 1 when _bytes.Count > 0:
                _bytes[Place()] = (byte)random.NextUInt64();
                break;
            case 2 when _bytes.Count > 0:
                _bytes[Place()] += (byte)(random.NextChance(0.5) ? 1 : 255);
                break;
            case 3 when _bytes.Count > 0:
                int from = Place();
                _bytes.RemoveRange(from, Math.Min(Length(), _bytes.Count - from));
                break;
            case 4 when _bytes.Count > 0:
                int copied = Place();
                Insert([.. _bytes.Skip(copied).Take(Length())]);
                break;
            case 5 when other.Length > 0:
                int start = random.NextInt32(other.Length);
                Insert(other.AsSpan(start, Math.Min(Length(), other.Length - start)));
                break;
            case 6 when _bytes.Count > 0:
                int kept = Place();
                _bytes.RemoveRange(kept, _bytes.Count - kept);
                break;
            case 7:
                OverwriteInteger();
                break;
            case 8 when _bytes.Count > 0:
                OverwriteFixedInteger();
                break;
            default:
                Span<byte> chunk = stackalloc byte[Length()];
                random.Fill(chunk);
                Insert(chunk);
                break;
        }
    }

    private int Place() => random.NextInt32(_bytes.Count);

    /// <summary>Mostly short, so that most of an input survives.</summary>
    private int Length() => 1 + random.NextInt32(1 << random.NextInt32(7));

    private void Insert(ReadOnlySpan<byte> chunk)
    {
        if (_bytes.Count + chunk.Length <= LengthMax)
        {
            _bytes.InsertRange(random.NextInt32(_bytes.Count + 1), chunk);
        }
    }

    /// <summary>Puts an integer of a border in the place of the one that begins at a byte, whatever that is.</summary>
    private void OverwriteInteger()
    {
        Span<byte> encoded = stackalloc byte[VarInt.MaxLength];
        int length = VarInt.Write(encoded, Borders[random.NextInt32(Borders.Length)]);
        int place = random.NextInt32(_bytes.Count + 1);
        if (place < _bytes.Count)
        {
            _bytes.RemoveRange(place, Math.Min(1 << (_bytes[place] >> 6), _bytes.Count - place));
        }

        _bytes.InsertRange(place, encoded[..length]);
    }

    /// <summary>Puts a little-endian integer, of a border or near what is left of the input, over another.</summary>
    private void OverwriteFixedInteger()
    {
        int place = Place();
        ulong value = random.NextChance(0.5)
            ? Borders[random.NextInt32(Borders.Length)]
            : (ulong)(_bytes.Count - place - random.NextInt32(20));
        Span<byte> encoded = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, random.NextChance(0.1) ? ~value : value);
        int length = Math.Min(2 << random.NextInt32(3), _bytes.Count - place);
        for (int i = 0; i < length; i++)
        {
            _bytes[place + i] = encoded[i];
        }
    }
}
