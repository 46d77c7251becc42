namespace FastPath.Fuzz.Peers;

/// <summary>Lengths of the pieces in which a value comes, taken from the input: up to 7, used in turn.</summary>
internal readonly ref struct InputCuts
{
    private const int CountMax = 7;

    private readonly ReadOnlySpan<byte> _lengths;

    private InputCuts(ReadOnlySpan<byte> lengths) => _lengths = lengths;

    /// <summary>Takes {count, as many lengths less one} from the front of the input.</summary>
    public static InputCuts Take(ref ReadOnlySpan<byte> input)
    {
        int count = input.IsEmpty ? 0 : Math.Min(input[0] & CountMax, input.Length - 1);
        var cuts = new InputCuts(input.Slice(Math.Min(1, input.Length), count));
        input = input[Math.Min(1 + count, input.Length)..];
        return cuts;
    }

    /// <summary>Bytes of the piece with this number, when so many are left.</summary>
    public int LengthOf(int piece, int left) =>
        _lengths.IsEmpty ? left : Math.Min(_lengths[piece % _lengths.Length] + 1, left);
}
