using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>Frozen values of an endpoint.</summary>
internal sealed record EndpointSettings
{
    public static readonly EndpointSettings Default = new();

    public NodeRole Role { get; init; } = NodeRole.Node;

    public ConnectionSettings Connection { get; init; } = ConnectionSettings.Default;

    /// <summary>A dial gives up after this (decision D8).</summary>
    public Duration HandshakeTimeout { get; init; } = Duration.FromSeconds(8);

    /// <summary>First pause before message 1 is sent again; it doubles each time.</summary>
    public Duration HandshakeRetry { get; init; } = Duration.FromMilliseconds(250);

    /// <summary>Answered initiations that wait for their first transport packet.</summary>
    public int HalfOpenMax { get; init; } = 256;

    /// <summary>Stateless resets a second.</summary>
    public int ResetsPerSecond { get; init; } = 100;

    /// <summary>Payload ciphers offered or accepted, best first; empty for all that the processor supports.</summary>
    public IReadOnlyList<Cryptography.CipherSuite> Ciphers { get; init; } = [];

    /// <summary>Memory for the rings of all streams: a hard limit, taken in slabs as needed.</summary>
    public long BufferBudgetBytes { get; init; } = 256L * 1_024 * 1_024;

    /// <summary>Bytes a second that all connections together may send; 0 for no limit. Each has its own limit in its settings.</summary>
    public long RateLimitBytesPerSecond { get; init; }

    /// <summary>Decides on the proven static key of a peer; null admits everybody.</summary>
    public Func<PeerKey, bool>? Authorize { get; init; }

    /// <summary>Feature bits of this node.</summary>
    public ulong Capabilities { get; init; } = Handshakes.Capabilities.All;

    /// <summary>Wire versions that this node speaks.</summary>
    public byte WireVersionMin { get; init; } = HandshakeLayout.VersionMin;

    public byte WireVersionMax { get; init; } = HandshakeLayout.VersionMax;
}
