using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>Passes the payload of a stream on without its proofs: for targets that would take them for payload.</summary>
/// <remarks>Such a target reads along in this process and copies; what it is sent is unverified from here to its end.</remarks>
internal static class PlainRelay
{
    /// <summary>The targets, with those that do not read the source's proofs in place of them as readers.</summary>
    public static IReadOnlyList<FanOutTarget> TargetsFor(
        NodeHost host, StreamHandle source, IReadOnlyList<FanOutTarget> targets) =>
        source.Stream.Description!.CarriesProofs && targets.Any(IsDeaf)
            ? [.. targets.Select(target => IsDeaf(target) ? Reading(host, target) : target)]
            : targets;

    // Behind a spill file nobody sees a proof anyway.
    private static bool IsDeaf(FanOutTarget target) =>
        FanOutBranches.IsDirect(target) && !target.Peer!.Connection.Streams.ReadsProofs;

    private static FanOutTarget Reading(NodeHost host, FanOutTarget target) => FanOutTarget.ToReader(
        (handle, cancellation) => CopyAsync(host, handle, target.Peer!, cancellation), target.Policy);

    private static async ValueTask CopyAsync(
        NodeHost host, StreamHandle source, FastPathPeer target, CancellationToken cancellationToken)
    {
        StreamDescription description = source.Stream.Description! with { CarriesProofs = false, IsOffer = false };
        await using var outgoing = new OutgoingStream(host.Open([target.Connection], description));
        while (true)
        {
            ReadOnlyMemory<byte> part;
            try
            {
                part = await source.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e)
            {
                outgoing.Writer.Reset(StreamFailures.CodeOf(e.Error));
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
