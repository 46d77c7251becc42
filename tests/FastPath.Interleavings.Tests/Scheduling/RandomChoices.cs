namespace FastPath.Interleavings.Tests.Scheduling;

/// <summary>Any thread whenever one ends or waits, and now and then before; a seed replays.</summary>
internal sealed class RandomChoices(int seed) : IChoices
{
    // Rare enough that a thread gets somewhere, and that a run costs few changes of the carrier.
    private const double PreemptionChance = 0.1;

    private readonly Random _random = new(seed);

    public int Choose(int options, bool isPreemption) =>
        isPreemption && _random.NextDouble() >= PreemptionChance ? 0 : _random.Next(options);
}
