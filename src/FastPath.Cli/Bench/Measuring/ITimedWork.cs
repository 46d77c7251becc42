namespace FastPath.Cli.Bench.Measuring;

/// <summary>One of two ways to do the same, set up and ready to be timed.</summary>
internal interface ITimedWork : IAsyncDisposable
{
    /// <summary>Does it so many times, one after the other.</summary>
    /// <returns>Median of what each took, microseconds.</returns>
    Task<double> TimeAsync(int count, CancellationToken cancellationToken);
}
