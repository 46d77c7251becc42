namespace FastPath.Sockets.Impairment;

/// <summary>Decides the fate of each datagram from a seed, its number and its length alone.</summary>
/// <remarks>
/// Every fate draws the same count of numbers, so changing one probability leaves the other dice as they fell.
/// </remarks>
internal sealed class ImpairmentModel(ImpairmentSettings settings)
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private const int FlippedBitsMax = 3;

    private ulong _state = settings.Seed;

    public DatagramFate Next(int length)
    {
        bool isLost = NextUnit() < settings.Loss;
        bool isDuplicated = NextUnit() < settings.Duplication;
        bool isTruncated = NextUnit() < settings.Truncation;
        int shortLength = (int)(NextUnit() * length);
        bool isCorrupted = NextUnit() < settings.Corruption;
        int flippedBits = 1 + (int)(NextUnit() * FlippedBitsMax);
        double firstFlip = NextUnit();
        bool isReordered = NextUnit() < settings.Reordering;
        int passedBy = 1 + (int)(NextUnit() * settings.ReorderDistanceMax);
        bool isDelayed = NextUnit() < settings.Delaying;
        TimeSpan delay = settings.DelayMin + ((settings.DelayMax - settings.DelayMin) * NextUnit());

        int sentLength = isTruncated ? shortLength : length;
        return new DatagramFate(
            isLost,
            isDuplicated,
            sentLength,
            isCorrupted && sentLength > 0 ? flippedBits : 0,
            (int)(firstFlip * sentLength * 8),
            isReordered ? passedBy : 0,
            isDelayed ? delay : TimeSpan.Zero);
    }

    /// <summary>SplitMix64: a counter, mixed; a number in [0, 1).</summary>
    private double NextUnit()
    {
        _state += Increment;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
