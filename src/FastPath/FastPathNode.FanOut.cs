using FastPath.Hosting;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath;

/// <summary>Streams to several targets at once: passed through, or piped from fragments.</summary>
public sealed partial class FastPathNode
{
    /// <summary>Passes an accepted stream on, unread, to one or more peers as it comes; ends when every one has it.</summary>
    /// <inheritdoc cref="RelayToAsync(StreamHandle, IReadOnlyList{FanOutTarget}, CancellationToken)"/>
    public ValueTask RelayToAsync(
        StreamHandle stream, IReadOnlyList<FastPathPeer> targets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return RelayToAsync(stream, [.. targets.Select(peer => FanOutTarget.ToPeer(peer))], cancellationToken);
    }

    /// <summary>Passes an accepted stream on, unread, to one or more targets as it comes; ends when all have ended.</summary>
    /// <param name="stream">Handed over: it cannot be read any more, its forks can. Disposing it changes nothing.</param>
    /// <param name="targets">Peers, readers, stores; each with its policy.</param>
    /// <param name="cancellationToken">Gives the relay up.</param>
    /// <exception cref="FastPathException">
    /// TooLate: bytes of the stream were read already. Otherwise why a target that is waited for has not every byte, or why
    /// none has, or why the source failed.
    /// </exception>
    public async ValueTask RelayToAsync(
        StreamHandle stream, IReadOnlyList<FanOutTarget> targets, CancellationToken cancellationToken = default)
    {
        await using RelayedStream relayed = Relay(stream, targets);
        await relayed.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins to pass an accepted stream on, unread, to one or more targets as it comes.</summary>
    /// <param name="stream">Handed over: it cannot be read any more, its forks can. Disposing it changes nothing.</param>
    /// <param name="targets">Peers, readers, stores; each with its policy.</param>
    /// <exception cref="FastPathException">TooLate: bytes of the stream were read already. LocalResource: no memory.</exception>
    public RelayedStream Relay(StreamHandle stream, IReadOnlyList<FanOutTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count);
        ThrowIfForeign(targets);
        if (stream.Loop != _host.Loop)
        {
            throw new ArgumentException("the stream came to another node", nameof(stream));
        }

        return RelayedStream.Start(_host, stream, PlainRelay.TargetsFor(_host, stream, targets));
    }

    /// <summary>Begins to pass fragments on to one or more peers, in whatever order they come; every one is waited for.</summary>
    /// <inheritdoc cref="Pipe(IReadOnlyList{FanOutTarget}, long, int, ReadOnlyMemory{byte}, PipeLimits)"/>
    public PipedStream Pipe(
        IReadOnlyList<FastPathPeer> targets,
        long totalLength,
        int fragmentBytes,
        ReadOnlyMemory<byte> metadata = default,
        PipeLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return Pipe([.. targets.Select(peer => FanOutTarget.ToPeer(peer))], totalLength, fragmentBytes, metadata, limits);
    }

    /// <summary>Begins to pass fragments on to one or more targets, in whatever order they come.</summary>
    /// <param name="targets">Peers, readers, stores; each with its policy.</param>
    /// <param name="totalLength">Bytes of the payload.</param>
    /// <param name="fragmentBytes">Bytes of every fragment but the last.</param>
    /// <param name="metadata">What the targets are told; at most 899 bytes.</param>
    /// <param name="limits">How much is held before the source waits; null for the defaults.</param>
    /// <exception cref="FastPathException">LocalResource: the budget has no room for it.</exception>
    public PipedStream Pipe(
        IReadOnlyList<FanOutTarget> targets,
        long totalLength,
        int fragmentBytes,
        ReadOnlyMemory<byte> metadata = default,
        PipeLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count);
        ThrowIfForeign(targets);
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fragmentBytes);
        var description = new StreamDescription
        {
            TransferId = NodeHost.NewTransaction(),
            TotalLength = totalLength,
            Metadata = NodeHost.WithPurpose(Purpose.Application, metadata.Span),
        };
        return PipedStream.Open(_host, targets, description, fragmentBytes, limits ?? PipeLimits.Default);
    }

    private void ThrowIfForeign(IReadOnlyList<FanOutTarget> targets)
    {
        foreach (FanOutTarget target in targets)
        {
            if (target.Peer is { } peer)
            {
                _host.ConnectionOf(peer);
            }
        }
    }
}
