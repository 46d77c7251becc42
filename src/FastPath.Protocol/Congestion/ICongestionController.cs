using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>How many bytes may be in flight, and how fast they may leave (decision D9).</summary>
/// <remarks>
/// Sizes are bytes on the wire, in one unit with what recovery counts as in flight. Called once an ACK, a loss or a
/// start from idle, never once a packet; allocates nothing. Within one ACK what was lost is told before what arrived.
/// </remarks>
internal interface ICongestionController
{
    string Name { get; }

    /// <summary>Never below two datagrams, so that a flight of nothing can always leave (scenario F11).</summary>
    long WindowBytes { get; }

    /// <summary>Bytes a second at which packets should leave.</summary>
    long PacingBytesPerSecond { get; }

    /// <summary>Share of packets that the path loses by itself, whatever is sent; 0 where the controller takes all loss for congestion.</summary>
    double PathLoss => 0;

    /// <summary>A packet leaves while nothing was in flight.</summary>
    void OnRestart(Instant now);

    void OnAcknowledged(in AckSample ack);

    /// <summary>Packets were declared lost, or the peer reports congestion marks.</summary>
    void OnLost(in LossSample loss);

    /// <summary>Everything that the newest episode declared lost has arrived after all: its reduction is taken back.</summary>
    void OnSpuriousLoss(Instant now);
}
