using System.Diagnostics;
using System.Net;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Sockets.Impairment;
using FastPath.Stores;

namespace FastPath.Cli.Demo;

/// <summary>A chain of real nodes on loopback UDP, each with a fresh store of its own. The first has the contract.</summary>
internal sealed class DemoChain : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastpath-demo-");
    private readonly List<FastPathNode> _nodes = [];
    private readonly List<FileContractStore> _stores = [];
    private readonly DemoSettings _settings;

    private DemoChain(DemoSettings settings) => _settings = settings;

    public FastPathNode Origin => _nodes[0];

    public FastPathNode Destination => _nodes[^1];

    public FastPathPeer DestinationPeer => Destination.Peers.First();

    public static async Task<DemoChain> StartAsync(DemoSettings settings, bool piped, CancellationToken cancellationToken)
    {
        var chain = new DemoChain(settings);
        try
        {
            for (int i = 0; i <= settings.Hops; i++)
            {
                chain.AddNode(i, piped);
            }

            for (int i = 0; i < settings.Hops; i++)
            {
                FastPathPeer next = await chain._nodes[i].ConnectAsync(
                    chain._nodes[i + 1].Address, cancellationToken).ConfigureAwait(false);

                // The answer proves that the other side has the session too, and so a way back.
                await next.PingAsync(cancellationToken).ConfigureAwait(false);
            }

            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The first node stores the contract, the last one fetches it.</summary>
    public async Task<DemoHalf> TransferAsync(DemoContract contract, CancellationToken cancellationToken)
    {
        contract.StoreIn(_stores[0]);
        ResetPeaks();
        long retransmitsBefore = Sum(node => node.Core.Endpoint.StreamCounters.FragmentsSentAgain);
        long bytesAgainBefore = Sum(node => node.Core.Endpoint.StreamCounters.PayloadBytesSentAgain);
        int collectionsBefore = Collections();
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        GetReport report = await Destination.GetAsync(contract.Container.Key.Instance, cancellationToken).ConfigureAwait(false);
        long allocated = GC.GetTotalAllocatedBytes() - allocatedBefore;
        int collections = Collections() - collectionsBefore;
        TimeSpan total = Stopwatch.GetElapsedTime(report.Started, report.Ended);
        var relays = _nodes.Skip(1).Take(_settings.Hops - 1).ToList();
        return new DemoHalf
        {
            Identical = contract.IsStoredIn(_stores[^1]),
            FirstByteMicroseconds = FirstByteAfterOpening(report),
            TotalMilliseconds = total.TotalMilliseconds,
            GoodputMegabytesPerSecond = _settings.Size / 1e6 / total.TotalSeconds,
            RelayPeakBytes = [.. relays.Select(relay => relay.Host.RetainedPeakBytes)],
            RelayReorderPeakBytes = [.. relays.Select(relay => relay.Core.Gets.RelayReorderPeakBytes)],
            RelayBatchBytes = Origin.Socket.Report.ReceiveBatchBytes,
            RetransmittedBytes = Sum(node => node.Core.Endpoint.StreamCounters.PayloadBytesSentAgain) - bytesAgainBefore,
            Retransmits = Sum(node => node.Core.Endpoint.StreamCounters.FragmentsSentAgain) - retransmitsBefore,
            Collections = collections,
            AllocatedBytes = allocated,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in _nodes)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        foreach (FileContractStore store in _stores)
        {
            store.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>One of a higher generation counts as one of generation 0 too.</summary>
    private static int Collections() => GC.CollectionCount(0);

    private long Sum(Func<FastPathNode, long> read) => _nodes.Sum(read);

    private void AddNode(int number, bool piped)
    {
        var store = FileContractStore.Open(Path.Combine(_folder.FullName, $"node-{number}"));
        _stores.Add(store);
        FastPathOptions options = _settings.Options with
        {
            Store = store,
            PipedForwarding = piped,
            Impairment = _settings.Loss + _settings.Reorder > 0
                ? new ImpairmentSettings
                {
                    Seed = (_settings.Seed * 1_000) + (ulong)number,
                    Loss = _settings.Loss,
                    Reordering = _settings.Reorder,
                }
                : null,

            // A node that takes the whole first holds one payload gathered and one on its way out.
            BufferBudgetBytes = Math.Max(_settings.Options.BufferBudgetBytes, piped ? 0 : (3 * _settings.Size) + (64 * 1_024 * 1_024)),
        };
        _nodes.Add(FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), options));
    }

    private void ResetPeaks()
    {
        foreach (FastPathNode node in _nodes)
        {
            node.Host.ResetPeaks();
        }
    }

    private double FirstByteAfterOpening(GetReport report)
    {
        SendStream opened = Origin.Host.LastServed!;
        double firstByteNanoseconds = report.FirstByteAt * (1e9 / Stopwatch.Frequency);
        return (firstByteNanoseconds - opened.OpenedAt.Nanoseconds) / 1_000;
    }
}
