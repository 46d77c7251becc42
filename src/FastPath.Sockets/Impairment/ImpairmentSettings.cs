namespace FastPath.Sockets.Impairment;

/// <summary>
/// What an impaired link does to the datagrams sent on it; probabilities are in [0, 1], each for one datagram.
/// </summary>
internal sealed record ImpairmentSettings
{
    /// <summary>The same seed does the same to the same sequence of datagrams.</summary>
    public ulong Seed { get; init; } = 1;

    public double Loss { get; init; }

    /// <summary>Chance of a second, untouched copy, sent at once.</summary>
    public double Duplication { get; init; }

    /// <summary>
    /// Chance of being held back until up to <see cref="ReorderDistanceMax"/> later datagrams have passed.
    /// </summary>
    public double Reordering { get; init; }

    public int ReorderDistanceMax { get; init; } = 8;

    /// <summary>A datagram held back for reordering goes out after this, though too few others came.</summary>
    public TimeSpan ReorderTimeout { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Chance that one to three bits are flipped.</summary>
    public double Corruption { get; init; }

    /// <summary>Chance that the end of the datagram is cut off.</summary>
    public double Truncation { get; init; }

    /// <summary>Chance of being delayed; 1 makes a slow link.</summary>
    public double Delaying { get; init; }

    public TimeSpan DelayMin { get; init; }

    /// <summary>A delay is uniform between the two; more spread than the spacing of datagrams reorders them.</summary>
    public TimeSpan DelayMax { get; init; }

    /// <summary>Datagrams kept back at once; beyond that none is held, and none is lost for it.</summary>
    public int HeldMax { get; init; } = 4_096;
}
