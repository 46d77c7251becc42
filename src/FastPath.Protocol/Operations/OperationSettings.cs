using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>Frozen values of the operations of a node.</summary>
internal sealed record OperationSettings
{
    public static readonly OperationSettings Default = new();

    public byte HopsToLive { get; init; } = 10;

    /// <summary>Relays pass streams on as they come; otherwise they take each whole first.</summary>
    public bool IsPiped { get; init; } = true;

    /// <summary>Relays keep what passes through them.</summary>
    public bool Caches { get; init; } = true;

    /// <summary>Requests of this node ask for answers that carry proofs; those that it passes on ask as they were asked.</summary>
    public bool AsksForProofs { get; init; } = true;

    /// <summary>Payloads longer than this are streamed where both sides can; shorter ones travel whole (scenario V6).</summary>
    public long StreamingThresholdBytes { get; init; } = 64 * 1_024;

    /// <summary>Which operations are streamed at all.</summary>
    public StreamingUse Streaming { get; init; } = StreamingUse.Always;

    /// <summary>Peers that streams are used with although they are used on request only.</summary>
    public IReadOnlySet<PeerKey> StreamingPeers { get; init; } = new HashSet<PeerKey>();

    /// <summary>Payloads of at least so many bytes are offered first by a node that passes a PUT on.</summary>
    public long OfferBytesMin { get; init; } = (64 * 1_024) + 1;

    /// <summary>Of several that share a transfer, one may hold the others up for so long; then it ends as too slow.</summary>
    public Duration LaggardTimeout { get; init; } = Duration.FromSeconds(5);

    /// <summary>Steps of a PUT that may lead to no better node, so that it does not end at the first local maximum.</summary>
    public byte Detours { get; init; } = 1;

    /// <summary>A node that was asked says something within this, plus a part for every hop that it may ask in its turn.</summary>
    public Duration SearchTimeout { get; init; } = Duration.FromSeconds(5);

    public Duration SearchTimeoutPerHop { get; init; } = Duration.FromSeconds(1);

    /// <summary>
    /// A node that was sent a contract says within this after the last byte, or after its last sign of progress, what became
    /// of it; a part more for every hop behind it, so that the nearer timer is always the longer one (scenario P6).
    /// </summary>
    public Duration PutResultTimeout { get; init; } = Duration.FromSeconds(35);

    /// <summary>How often a node that works at a PUT says so.</summary>
    public Duration ProgressInterval { get; init; } = Duration.FromSeconds(1);

    /// <summary>Keys that one node passes updates of; more subscriptions are refused.</summary>
    public int SubscriptionsMax { get; init; } = 65_536;

    /// <summary>Timers that would fire in the wrong order are an error of construction (scenarios O6, O7).</summary>
    /// <exception cref="ArgumentException">Names the values.</exception>
    public void Validate()
    {
        Require(SearchTimeoutPerHop > Duration.Zero, "SearchTimeoutPerHop must be more than zero: a nearer node waits longer");
        Require(
            ProgressInterval < SearchTimeout && ProgressInterval < PutResultTimeout,
            "ProgressInterval must be shorter than SearchTimeout and PutResultTimeout: else a node at work looks silent");
        Require(LaggardTimeout > Duration.Zero, "LaggardTimeout must be more than zero");
        Require(StreamingThresholdBytes >= 0, "StreamingThresholdBytes must not be negative");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ArgumentException(otherwise);
        }
    }

    /// <summary>How long a node that has hops left to give is waited for, before its first word.</summary>
    public Duration SearchTimeoutOf(int hopsToLive) => SearchTimeout + (SearchTimeoutPerHop * hopsToLive);

    /// <summary>The same after the last byte of a PUT.</summary>
    public Duration PutResultTimeoutOf(int hopsToLive) => PutResultTimeout + (SearchTimeoutPerHop * hopsToLive);

    /// <summary>A payload of this length goes to that node as a stream that is passed on while it comes.</summary>
    /// <param name="flags">Of the operation.</param>
    public bool Streams(Connection to, long length, OperationFlags flags) =>
        IsLong(length)
        && (to.Session.Capabilities & Capabilities.Streaming) != 0
        && (Streaming == StreamingUse.Always
            || (Streaming == StreamingUse.OnRequest
                && ((flags & OperationFlags.Streaming) != 0 || StreamingPeers.Contains(to.Session.PeerKey))));

    /// <summary>How a payload of this length is sent to that node.</summary>
    public StreamKind KindFor(Connection to, long length, OperationFlags flags) =>
        Streams(to, length, flags) ? StreamKind.Streaming : StreamKind.Whole;

    /// <summary>Passed on while it comes: short ones always, long ones where they are streamed.</summary>
    public bool Pipes(Connection to, long length, OperationFlags flags) =>
        IsPiped && !to.Session.IsWithOldNode && (!IsLong(length) || Streams(to, length, flags));

    // A length that is not known yet may be any.
    private bool IsLong(long length) => length < 0 || length > StreamingThresholdBytes;
}
