using FastPath.Protocol.Connections;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>The rate of all connections together: one bucket, from which they draw a packet each in turn.</summary>
internal sealed partial class Endpoint
{
    // A fifth of an initial window, as a connection's own.
    private const int BurstDatagramsMin = 2;
    private const int BatchesPerBurst = 4;

    private readonly Pacer _rateLimit;

    /// <summary>0 for no limit.</summary>
    public long RateLimitBytesPerSecond => _rateLimit.BytesPerSecond;

    /// <summary>From now on, for connections that are open as well.</summary>
    /// <param name="bytesPerSecond">0 for no limit.</param>
    public void SetRateLimit(Instant now, long bytesPerSecond)
    {
        ApplyRateLimit(now, bytesPerSecond);
        foreach (Connection connection in _connections)
        {
            connection.SetRateLimit(now, bytesPerSecond: null);
        }
    }

    private static EndpointSettings WithLimit(EndpointSettings settings, Pacer limit) => settings with
    {
        Connection = settings.Connection with
        {
            Recovery = settings.Connection.Recovery with { SharedLimit = limit },
        },
    };

    private void ApplyRateLimit(Instant now, long bytesPerSecond)
    {
        long burst = _settings.Connection.Recovery.BurstBytes(
            bytesPerSecond, BurstDatagramsMin * (long)_settings.Connection.Mtu.MaxBytes);
        _rateLimit.SetRate(now, bytesPerSecond, burst, burst / BatchesPerBurst);
    }
}
