using FastPath.Contracts;
using FastPath.Protocol.Paths;
using FastPath.Serialization.Contracts;
using FastPath.Sockets.Impairment;
using FastPath.Stores;
using Microsoft.Extensions.Logging;

namespace FastPath.Options;

/// <summary>How a node behaves. Every value has a default that suits a host moving blobs.</summary>
public sealed record FastPathOptions
{
    /// <summary>Public keys (32 bytes each) that may connect; empty admits everybody.</summary>
    public IReadOnlyCollection<ReadOnlyMemory<byte>> AllowedPeers { get; init; } = [];

    /// <summary>A client is never chosen as a next hop.</summary>
    public bool IsClient { get; init; }

    /// <summary>Where contracts are kept; null keeps none. Disposed by whoever made it.</summary>
    public IContractStore? Store { get; init; }

    /// <summary>The stage of the rollout.</summary>
    public FastPathStreaming Streaming { get; init; } = FastPathStreaming.On;

    /// <summary>What callers get may come by streams: the stage is OptIn or On.</summary>
    public bool StreamingEnabled => Streaming is FastPathStreaming.OptIn or FastPathStreaming.On;

    /// <summary>Bytes: only payloads that are longer than this are streamed.</summary>
    public long StreamingThresholdBytes { get; init; } = 64 * 1_024;

    /// <summary>Public keys (32 bytes each) of peers that are streamed to at the stage OptIn, whatever the operation says.</summary>
    public IReadOnlyCollection<ReadOnlyMemory<byte>> StreamingPeers { get; init; } = [];

    /// <summary>What becomes of a state when another one or a delta comes; by default the newer version stays and deltas are refused.</summary>
    public IStateMerger StateMerger { get; init; } = NewestStateMerger.Instance;

    /// <summary>Bytes: the longest update that is taken; it is gathered in memory, inside the buffer budget.</summary>
    public long UpdateBytesMax { get; init; } = 50L * 1_024 * 1_024;

    /// <summary>Bytes: the longest whole message with a contract that is taken.</summary>
    public long WholeMessageBytesMax { get; init; } = 50L * 1_024 * 1_024;

    /// <summary>Relays pass streams on as they come; otherwise they take each whole first.</summary>
    public bool PipedForwarding { get; init; } = true;

    /// <summary>Relays keep the contracts that pass through them.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>
    /// GETs of one contract that meet at a node share a transfer. One of them may hold the others up for this long; then it ends
    /// as TooSlow, and asks again for what it lacks, within <see cref="Retry"/>.
    /// </summary>
    public TimeSpan LaggardTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The form that this node asks for and puts in; a neighbour that does not read it gets bincode.</summary>
    public ContractForm ContractForm { get; init; }

    /// <summary>
    /// Streams of this node whose content is known beforehand carry proofs, 0.4 % of their bytes, where every node on the way
    /// reads them; requests ask for the same. So each reader gets checked groups of 16 KiB instead of a verdict at the end.
    /// </summary>
    public bool VerifiedGroups { get; init; } = true;

    /// <summary>
    /// Sinks read groups only once they are checked, and compare the announced digest of streams without proofs with what
    /// came. The store verifies contracts in any case.
    /// </summary>
    public bool Verify { get; init; } = true;

    /// <summary>
    /// Relays pass on checked groups alone, so nothing that was changed before them goes further; each adds the time of a
    /// group (16 KiB) to the first byte's, so the default leaves it to the sinks. Streams without proofs pass as they come.
    /// Without effect where Verify is off.
    /// </summary>
    public bool VerifyRelayed { get; init; }

    /// <summary>How many nodes a GET may be passed through, one behind the other; 1 to 255.</summary>
    public int HopsToLive { get; init; } = 10;

    /// <summary>Bytes: the hard limit of all rings and gathered payloads together.</summary>
    public long BufferBudgetBytes { get; init; } = 256L * 1_024 * 1_024;

    /// <summary>
    /// Bytes that a writer may run ahead of the slowest acknowledgement of its stream, to begin with: it grows to 128 MiB at most
    /// while nothing else holds the stream up and the budget has room. Once half the budget is taken it is less, down to 64 KiB.
    /// </summary>
    public long SendWindowBytes { get; init; } = 256 * 1_024;

    /// <summary>Bytes: longer messages are refused; use a stream for them.</summary>
    public int MessageBytesMax { get; init; } = 64 * 1_024;

    /// <summary>Streams of peers that wait to be accepted by the application; one beyond them is refused.</summary>
    public int AcceptBacklog { get; init; } = 256;

    /// <summary>A sink without useful progress for this long gives up; relays and senders a little later.</summary>
    public TimeSpan ProgressTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection on which nothing is heard for this long is lost.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>A handshake gives up after this.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often a broken GET or PUT is taken up again where it broke.</summary>
    public RetryBudget Retry { get; init; } = new();

    /// <summary>
    /// A folder for what has come of transfers that are not complete, so that they go on after the end of the process; null
    /// keeps nothing on disk. Of this node alone.
    /// </summary>
    public string? PartialFolder { get; init; }

    /// <summary>What has come of a transfer that nobody took up again is removed after this, when a node starts.</summary>
    public TimeSpan PartialLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Payloads of at least so many bytes are offered before they are sent, to peers that answer offers: one round trip more,
    /// and no byte of what the peer has already.
    /// </summary>
    public long OfferBytesMin { get; init; } = 64 * 1_024 + 1;

    /// <summary>Answers offers of peers' streams; null accepts all of them from the start. Runs on the thread pool.</summary>
    public Func<IncomingOffer, CancellationToken, ValueTask<OfferAnswer>>? OfferHandler { get; init; }

    /// <summary>Which datagram engine is used.</summary>
    public FastPathEngine Engine { get; init; }

    /// <summary>
    /// The node's thread asks for datagrams without end and never sleeps: it saves the wake-up, some tens of microseconds after
    /// each pause, and takes a core at all times. Only where there are cores to spare.
    /// </summary>
    public bool BusyPolling { get; init; }

    /// <summary>
    /// Threads that the node shares with others of the process; null for one of its own. For hosts with more nodes than cores.
    /// </summary>
    public FastPathLoops? Loops { get; init; }

    /// <summary>Which payload cipher is offered and accepted.</summary>
    public FastPathCipher Cipher { get; init; }

    /// <summary>Which congestion controller is used.</summary>
    public FastPathCongestion Congestion { get; init; } = FastPathCongestion.Bbr;

    /// <summary>Bytes a second that leave for all peers together; 0 for no limit. <see cref="FastPathNode.SetRateLimit"/> changes it.</summary>
    public long RateLimitBytesPerSecond { get; init; }

    /// <summary>Bytes a second that leave for each peer; 0 for no limit. <see cref="FastPathPeer.SetRateLimit"/> changes it.</summary>
    public long PeerRateLimitBytesPerSecond { get; init; }

    /// <summary>
    /// Longest datagram, in bytes of UDP payload: 0 searches for what each path takes; 1,200 to 65,000 is taken for granted.
    /// </summary>
    public int Mtu { get; init; }

    /// <summary>
    /// Answers requests of peers; null refuses them. Runs on the thread pool. The request's bytes are the handler's until its
    /// task has ended, and the answer's until the peer has them all or is gone; the answer may be the request itself, or a part.
    /// </summary>
    public Func<FastPathPeer, ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>>? RequestHandler { get; init; }

    /// <summary>
    /// Where streams of peers are passed on to, unread and as they come: called with the peer that opened one and the metadata
    /// it gave. No target leaves the stream to <see cref="FastPathNode.AcceptStreamsAsync"/>. Runs on the node's own thread, so
    /// that a relay loses no time: it must answer at once.
    /// </summary>
    public Func<FastPathPeer, ReadOnlyMemory<byte>, IReadOnlyList<FastPathPeer>>? StreamRoute { get; init; }

    /// <summary>
    /// Runs what awaits a stream, a message or a request, and the request handler, on the node's own thread instead of the
    /// thread pool: a hop less, some 10 to 30 microseconds. Unsafe: code that blocks or computes there stops every connection
    /// of the node for as long, and code that waits for the node to do something waits for ever.
    /// </summary>
    public bool UnsafeInlineContinuations { get; init; }

    /// <summary>Where log messages go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Feature bits of this node's handshakes; null for all.</summary>
    internal ulong? Capabilities { get; init; }

    /// <summary>Speaks wire version 0 and nothing newer, as old nodes do: for measurements and tests.</summary>
    internal bool SpeaksAsOldNode { get; init; }

    /// <summary>Harm done to the bytes of shadow streams as they arrive, by offset: for tests of the comparison.</summary>
    internal Action<long, Span<byte>>? ShadowFault { get; init; }

    /// <summary>Harm done to every datagram that is sent: for demonstrations and tests.</summary>
    internal ImpairmentSettings? Impairment { get; init; }

    /// <exception cref="ArgumentException">Names the option that is out of range.</exception>
    internal void Validate()
    {
        Require(Enum.IsDefined(Streaming), nameof(Streaming), "Off, Shadow, OptIn or On");
        Require(StreamingThresholdBytes >= 0, nameof(StreamingThresholdBytes), "0 or more");
        Require(StreamingPeers.All(key => key.Length == 32), nameof(StreamingPeers), "keys of 32 bytes");
        Require(StateMerger is not null, nameof(StateMerger), "a merger");
        Require(UpdateBytesMax >= 1_024, nameof(UpdateBytesMax), "at least 1 KiB");
        Require(WholeMessageBytesMax is >= 1_024 and <= 1L << 30, nameof(WholeMessageBytesMax), "1 KiB to 1 GiB");
        Require(Enum.IsDefined(ContractForm), nameof(ContractForm), "Bincode or Archived");
        Require(Enum.IsDefined(Engine), nameof(Engine), "Auto, Linux or Saea");
        Require(!BusyPolling || Loops is null, nameof(BusyPolling), "off where threads are shared: FastPathLoops has its own");
        Require(Enum.IsDefined(Cipher), nameof(Cipher), "Auto, Aegis128L, Aes256Gcm or ChaCha20Poly1305");
        Require(Enum.IsDefined(Congestion), nameof(Congestion), "Cubic, Bbr or Ledbat");
        Require(HopsToLive is >= 1 and <= 255, nameof(HopsToLive), "1 to 255");
        Require(BufferBudgetBytes >= 1_024 * 1_024, nameof(BufferBudgetBytes), "at least 1 MiB");
        Require(SendWindowBytes >= 16 * 1_024, nameof(SendWindowBytes), "at least 16 KiB");
        Require(MessageBytesMax is >= 0 and <= 16 * 1_024 * 1_024, nameof(MessageBytesMax), "0 to 16 MiB");
        Require(RateLimitBytesPerSecond >= 0, nameof(RateLimitBytesPerSecond), "0 or more");
        Require(PeerRateLimitBytesPerSecond >= 0, nameof(PeerRateLimitBytesPerSecond), "0 or more");
        Require(AcceptBacklog >= 1, nameof(AcceptBacklog), "at least 1");
        Require(Mtu == 0 || Mtu is >= PathMtuSettings.BaseBytes and <= PathMtuSettings.LongestBytes, nameof(Mtu), "0, or 1,200 to 65,000");
        Require(ProgressTimeout > TimeSpan.Zero, nameof(ProgressTimeout), "more than zero");
        Require(
            Retry is { AttemptsWithoutProgress: >= 0 } && Retry.FirstPause >= TimeSpan.Zero && Retry.PauseMax >= Retry.FirstPause,
            nameof(Retry),
            "no negative attempts or pauses, and the longest pause not below the first");
        Require(PartialFolder is not "", nameof(PartialFolder), "a folder, or nothing");
        Require(PartialLifetime > TimeSpan.Zero, nameof(PartialLifetime), "more than zero");
        Require(OfferBytesMin >= 0, nameof(OfferBytesMin), "0 or more");
        Require(LaggardTimeout > TimeSpan.Zero, nameof(LaggardTimeout), "more than zero");
        Require(IdleTimeout > TimeSpan.Zero, nameof(IdleTimeout), "more than zero");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), "more than zero");
        Require(AllowedPeers.All(key => key.Length == 32), nameof(AllowedPeers), "keys of 32 bytes");
    }

    private static void Require(bool holds, string option, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"option {option}: expected {range}", option);
        }
    }
}
