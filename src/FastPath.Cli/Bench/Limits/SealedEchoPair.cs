using FastPath.Buffers.Datagrams;
using FastPath.Cli.Bench.Measuring;
using FastPath.Options;
using FastPath.Protocol.Cryptography;

namespace FastPath.Cli.Bench.Limits;

/// <summary>One end that asks, on the caller's thread, and one that answers on a thread of its own, both for as long as this lives.</summary>
internal sealed class SealedEchoPair : ITimedWork, IDisposable
{
    private const int WarmUps = 200;

    private readonly SealedEcho _asker;
    private readonly SealedEcho _answerer;
    private readonly PeerAddress _address;
    private readonly Thread _thread;
    private readonly int _bytes;
    private bool _isOver;

    /// <param name="engine">Of both sockets.</param>
    /// <param name="cipher">Name of one that this processor has.</param>
    /// <param name="bytes">In each datagram, beside what sealing adds.</param>
    public SealedEchoPair(FastPathEngine engine, string cipher, int bytes)
    {
        PacketCipher algorithm = PacketCipher.Supported.First(candidate => candidate.Name == cipher);
        _bytes = bytes;
        _asker = new SealedEcho(engine, algorithm);
        _answerer = new SealedEcho(engine, algorithm);
        _address = _answerer.Address;
        _thread = new Thread(() => _answerer.Answer(ref _isOver)) { IsBackground = true, Name = "sealed echo" };
        _thread.Start();
        Ask(WarmUps, 1);
    }

    /// <returns>Round trips in microseconds, as they came.</returns>
    public double[] Ask(int count, int concurrency) => _asker.Ask(_address, _bytes, count, concurrency);

    public Task<double> TimeAsync(int count, CancellationToken cancellationToken) => Task.FromResult(Figures.Median(Ask(count, 1)));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        Volatile.Write(ref _isOver, true);
        _answerer.Wake();
        _thread.Join();
        _asker.Dispose();
        _answerer.Dispose();
    }
}
