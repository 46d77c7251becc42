using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastPath.Cli.Bench.Measuring;

namespace FastPath.Cli.Bench.Comparison;

/// <summary>Takes one TCP connection, with or without TLS, and reads it to the end.</summary>
internal sealed class SocketSink : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly bool _isSecure;

    public SocketSink(bool isSecure)
    {
        _isSecure = isSecure;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <returns>Reading of the monotonic clock when the last byte was there.</returns>
    public async Task<long> TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        await using Stream stream = await AcceptAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Payload.BlockBytes, pinned: true);
        for (long left = bytes; left > 0;)
        {
            int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            left = count > 0 ? left - count : throw new EndOfStreamException("the connection ended early");
        }

        return Stopwatch.GetTimestamp();
    }

    public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        Socket socket = await _listener.AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
        socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!_isSecure)
        {
            return stream;
        }

        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(SelfSigned.Server, cancellationToken).ConfigureAwait(false);
        return secure;
    }

    public void Dispose() => _listener.Dispose();
}
