using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>Passes the payload of a stream on without its proofs: for targets that would take them for payload.</summary>
/// <remarks>The one way of passing on that copies; what leaves is unverified from here to its end.</remarks>
internal static class PlainRelay
{
    public static bool IsNeeded(StreamHandle source, IReadOnlyList<FastPathPeer> targets) =>
        source.Stream.Description!.CarriesProofs && targets.Any(target => !target.Connection.Streams.ReadsProofs);

    /// <exception cref="FastPathException">Why a target has not got all of it, or why the source failed.</exception>
    public static async ValueTask RunAsync(
        NodeHost host, StreamHandle source, IReadOnlyList<FastPathPeer> targets, CancellationToken cancellationToken)
    {
        Connection[] connections = [.. targets.Select(target => target.Connection)];
        StreamDescription description = source.Stream.Description! with { CarriesProofs = false };
        await using var outgoing = new OutgoingStream(host.Open(connections, description));
        while (true)
        {
            ReadOnlyMemory<byte> part;
            try
            {
                part = await source.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e)
            {
                outgoing.Writer.Reset(
                    e.Error == FastPathError.Corrupt ? StreamErrorCode.Corrupt : StreamErrorCode.UpstreamLost);
                throw;
            }

            if (part.IsEmpty)
            {
                break;
            }

            await outgoing.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }

        await outgoing.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
