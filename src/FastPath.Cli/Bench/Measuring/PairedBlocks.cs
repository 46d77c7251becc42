namespace FastPath.Cli.Bench.Measuring;

/// <summary>Two ways to do the same in short blocks by turns, on many sets of threads and sockets, each made anew.</summary>
/// <remarks>
/// On which cores the threads of a set come to lie stays for its life and decides more than what they do, so one set says
/// little, however long it runs. Inside a set the blocks come in the order A B B A, so that a drift meets both alike; in
/// every other set B is set up first and begins.
/// </remarks>
/// <param name="Sets">How often both are set up anew.</param>
/// <param name="Block">How often in a block.</param>
/// <param name="WarmUps">How often after a set-up, unmeasured.</param>
internal sealed record PairedBlocks(int Sets, int Block, int WarmUps)
{
    private const int RoundsOfSet = 2;

    /// <param name="startTested">Sets up what is measured.</param>
    /// <param name="startReference">Sets up what it is compared with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PairedTimes> MeasureAsync(
        Func<CancellationToken, Task<ITimedWork>> startTested,
        Func<CancellationToken, Task<ITimedWork>> startReference,
        CancellationToken cancellationToken)
    {
        var pairs = new List<PairedTime>();
        for (int set = 0; set < Sets; set++)
        {
            bool isTestedFirst = set % 2 == 0;
            await using ITimedWork a = await SetUpAsync(isTestedFirst ? startTested : startReference, cancellationToken).ConfigureAwait(false);
            await using ITimedWork b = await SetUpAsync(isTestedFirst ? startReference : startTested, cancellationToken).ConfigureAwait(false);
            for (int round = 0; round < RoundsOfSet; round++)
            {
                (double firstOfA, double firstOfB) = await TimeBothAsync(a, b, cancellationToken).ConfigureAwait(false);
                (double secondOfB, double secondOfA) = await TimeBothAsync(b, a, cancellationToken).ConfigureAwait(false);
                pairs.Add(isTestedFirst ? new(firstOfA, firstOfB) : new(firstOfB, firstOfA));
                pairs.Add(isTestedFirst ? new(secondOfA, secondOfB) : new(secondOfB, secondOfA));
            }
        }

        return new PairedTimes(pairs);
    }

    private async Task<ITimedWork> SetUpAsync(Func<CancellationToken, Task<ITimedWork>> start, CancellationToken cancellationToken)
    {
        ITimedWork work = await start(cancellationToken).ConfigureAwait(false);
        try
        {
            await TimeAsync(work, WarmUps, cancellationToken).ConfigureAwait(false);
            return work;
        }
        catch
        {
            await work.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<(double First, double Second)> TimeBothAsync(ITimedWork first, ITimedWork second, CancellationToken cancellationToken)
    {
        double firstTook = await TimeAsync(first, Block, cancellationToken).ConfigureAwait(false);
        return (firstTook, await TimeAsync(second, Block, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<double> TimeAsync(ITimedWork work, int count, CancellationToken cancellationToken)
    {
        double took = await work.TimeAsync(count, cancellationToken).ConfigureAwait(false);

        // Continuations that run inline end on a node's own thread: the next block must not begin there.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return took;
    }
}
