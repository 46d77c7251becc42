namespace FastPath.Fuzz;

/// <summary>Folds what a run saw into one number.</summary>
internal static class Outcome
{
    /// <summary>Longest input: the longest UDP payload over IPv4.</summary>
    public const int InputMax = 65_507;

    /// <summary>Longest value of a target that reads each several times and compares.</summary>
    public const int ValueMax = 8 * 1_024;

    public static ulong Of(params ReadOnlySpan<long> facts)
    {
        // FNV-1a, a word a step: outcomes are few, only their being different counts.
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (long fact in facts)
        {
            hash = (hash ^ (ulong)fact) * 0x0000_0100_0000_01B3;
        }

        return hash;
    }

    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> input, int lengthMax = InputMax) =>
        input[..Math.Min(input.Length, lengthMax)];
}
