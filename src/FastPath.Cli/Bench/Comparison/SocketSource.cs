using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FastPath.Cli.Bench.Measuring;

namespace FastPath.Cli.Bench.Comparison;

/// <summary>The sending end of a TCP connection, with or without TLS.</summary>
internal static class SocketSource
{
    public static async Task<Stream> ConnectAsync(bool isSecure, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!isSecure)
        {
            return stream;
        }

        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(SelfSigned.Client, cancellationToken).ConfigureAwait(false);
        return secure;
    }

    public static async Task WriteAsync(Stream stream, long bytes, CancellationToken cancellationToken)
    {
        for (long offset = 0; offset < bytes;)
        {
            ReadOnlyMemory<byte> part = Payload.At(offset, bytes - offset);
            await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            offset += part.Length;
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
