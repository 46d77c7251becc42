using FastPath.Cli.Bench.Measuring;
using FastPath.Options;

namespace FastPath.Cli.Bench.Small;

/// <summary>Requests of one size between two nodes, one at a time.</summary>
internal sealed class TimedRequests : ITimedWork
{
    private readonly RequestPair _pair;
    private readonly int _size;

    private TimedRequests(RequestPair pair, int size)
    {
        _pair = pair;
        _size = size;
    }

    public static async Task<ITimedWork> StartAsync(FastPathOptions options, int size, CancellationToken cancellationToken) =>
        new TimedRequests(await RequestPair.StartAsync(options, cancellationToken).ConfigureAwait(false), size);

    public async Task<double> TimeAsync(int count, CancellationToken cancellationToken) =>
        (await _pair.AskAsync(_size, count, 1, cancellationToken).ConfigureAwait(false)).P50;

    public ValueTask DisposeAsync() => _pair.DisposeAsync();
}
