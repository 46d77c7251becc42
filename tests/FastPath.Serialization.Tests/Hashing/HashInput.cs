using FsCheck;
using FsCheck.Fluent;

namespace FastPath.Serialization.Tests.Hashing;

/// <summary>Input of a hash and the pieces in which it is fed; what is left after them comes as one.</summary>
public sealed record HashInput(int Seed, int Length, int[] Pieces)
{
    public const int LengthMax = 300 * 1_024;

    private const int PieceMax = 40_000;

    public byte[] Bytes => Blake3TestData.RandomBytes(Seed, Length);

    /// <summary>Numbers as FsCheck draws them stay below a hundred; these reach every size, and boundaries often.</summary>
    public static Arbitrary<HashInput> Arbitrary()
    {
        Gen<int> atBoundary = from chunks in Gen.Choose(1, (LengthMax / 1_024) - 1)
                              from more in Gen.Choose(-1, 1)
                              select (chunks * 1_024) + more;
        Gen<int> length = Gen.OneOf(Gen.Choose(0, LengthMax), Gen.Choose(0, 20_000), atBoundary);
        Gen<int[]> pieces = Gen.OneOf(Gen.Choose(0, PieceMax), Gen.Choose(0, 2_000), Gen.Elements(64, 1_024, 16_384)).ArrayOf();
        Gen<HashInput> input = from seed in Gen.Choose(0, int.MaxValue)
                               from bytes in length
                               from fed in pieces
                               select new HashInput(seed, bytes, fed);
        return Arb.From(input, Shrink);
    }

    public override string ToString() => $"seed {Seed}, {Length} bytes, pieces [{string.Join(", ", Pieces)}]";

    public void Feed(Action<ReadOnlyMemory<byte>> update)
    {
        ReadOnlyMemory<byte> left = Bytes;
        foreach (int piece in Pieces)
        {
            int take = Math.Min(piece, left.Length);
            update(left[..take]);
            left = left[take..];
        }

        update(left);
    }

    private static IEnumerable<HashInput> Shrink(HashInput input)
    {
        if (input.Pieces.Length > 0)
        {
            yield return input with { Pieces = [] };
            yield return input with { Pieces = input.Pieces[1..] };
        }

        foreach (int shorter in new[] { input.Length / 2, input.Length - 1_024, input.Length - 1 })
        {
            if (shorter >= 0 && shorter < input.Length)
            {
                yield return input with { Length = shorter };
            }
        }
    }
}
