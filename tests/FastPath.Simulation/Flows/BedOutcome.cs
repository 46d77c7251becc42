namespace FastPath.Simulation.Flows;

/// <summary>What a transfer over a <see cref="BedLink"/> got.</summary>
/// <param name="Megabits">A second, payload, from the first byte on.</param>
/// <param name="MegabitsOfSecondHalf">The same without the start.</param>
/// <param name="QueueMs">The median of what packets waited for the link.</param>
/// <param name="PacketsLost">As the sender sees it.</param>
internal readonly record struct BedOutcome(double Megabits, double MegabitsOfSecondHalf, double QueueMs, long PacketsLost);
