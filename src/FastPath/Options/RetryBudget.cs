namespace FastPath.Options;

/// <summary>How often a broken transfer is taken up again. Attempts that made progress do not count: deadlines follow progress.</summary>
public sealed record RetryBudget
{
    /// <summary>A transfer that breaks has failed.</summary>
    public static readonly RetryBudget None = new() { AttemptsWithoutProgress = 0 };

    /// <summary>Attempts in a row that may bring nothing new before the transfer has failed.</summary>
    public int AttemptsWithoutProgress { get; init; } = 5;

    /// <summary>Before the first of them; doubled for each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>No pause is longer.</summary>
    public TimeSpan PauseMax { get; init; } = TimeSpan.FromSeconds(5);
}
