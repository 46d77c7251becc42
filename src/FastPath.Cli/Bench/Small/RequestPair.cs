using System.Diagnostics;
using FastPath.Cli.Bench.Measuring;
using FastPath.Options;

namespace FastPath.Cli.Bench.Small;

/// <summary>A node that asks and one that answers with the same bytes.</summary>
internal sealed class RequestPair : IAsyncDisposable
{
    private RequestPair(FastPathNode client, FastPathNode server)
    {
        Client = client;
        Server = server;
    }

    public FastPathNode Client { get; }

    public FastPathPeer Peer { get; private set; } = null!;

    public IReadOnlyList<FastPathNode> Nodes => [Client, Server];

    private FastPathNode Server { get; }

    public static async Task<RequestPair> StartAsync(FastPathOptions options, CancellationToken cancellationToken)
    {
        FastPathNode server = RawNodes.Start(options with
        {
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        var pair = new RequestPair(RawNodes.Start(options), server);
        try
        {
            pair.Peer = await RawNodes.ConnectAsync(pair.Client, server.Address, cancellationToken).ConfigureAwait(false);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <param name="size">Bytes of each request.</param>
    /// <param name="count">Requests.</param>
    /// <param name="concurrency">How many wait for their answer at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidDataException">An answer is not what was asked.</exception>
    public async Task<RequestTimes> AskAsync(int size, int count, int concurrency, CancellationToken cancellationToken)
    {
        double[] microseconds = new double[count];
        int next = -1;
        long start = Stopwatch.GetTimestamp();
        if (concurrency == 1)
        {
            await AskInTurnAsync().ConfigureAwait(false);
        }
        else
        {
            await Task.WhenAll(
                Enumerable.Range(0, concurrency).Select(_ => Task.Run(AskInTurnAsync, cancellationToken))).ConfigureAwait(false);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(microseconds);
        return new RequestTimes(microseconds, seconds);

        async Task AskInTurnAsync()
        {
            ReadOnlyMemory<byte> request = Payload.At(0, size);
            Memory<byte> answer = new byte[size];
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                long sentAt = Stopwatch.GetTimestamp();
                int length = await Peer.RequestAsync(request, answer, cancellationToken).ConfigureAwait(false);
                microseconds[i] = Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
                if (!answer.Span[..length].SequenceEqual(request.Span))
                {
                    throw new InvalidDataException("the answer is not the request");
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        await Server.DisposeAsync().ConfigureAwait(false);
    }
}
