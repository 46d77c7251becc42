using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Transfers;

/// <summary>Whether an endpoint without work is back at its baseline: blocks, reservations, streams, flight, timers, counts.</summary>
internal static class EndpointLeftovers
{
    /// <returns>Null when nothing is left, else what.</returns>
    public static string? Of(Endpoint endpoint)
    {
        if (endpoint.Pool.RentedBytes != 0 || endpoint.Pool.ReservedBytes != 0)
        {
            return $"{endpoint.Pool.RentedBytes} bytes rented, {endpoint.Pool.ReservedBytes} reserved";
        }

        StreamCounters counts = endpoint.StreamCounters;
        long sends = counts.SendsStarted - counts.SendsCompleted - counts.SendsFailed - counts.SendsCancelled;
        long receives = counts.ReceivesStarted - counts.ReceivesCompleted - counts.ReceivesFailed - counts.ReceivesCancelled;
        if (sends != 0 || receives != 0)
        {
            return $"{sends} sends and {receives} receives without an end";
        }

        foreach (Connection connection in endpoint.Connections)
        {
            if (connection.State != ConnectionState.Established)
            {
                return $"a connection is {connection.State}";
            }

            StreamTable streams = connection.Streams;
            if (streams.SendingCount != 0 || streams.ReceivingCount != 0 || streams.OffersCount != 0)
            {
                return $"{streams.SendingCount} streams out, {streams.ReceivingCount} in, {streams.OffersCount} offered";
            }

            if (connection.Recovery.BytesInFlight != 0)
            {
                return $"{connection.Recovery.BytesInFlight} bytes in flight";
            }

            if (connection.Streams.NextDeadline != Instant.Never || connection.Recovery.NextDeadline != Instant.Never)
            {
                return $"timers at {connection.Streams.NextDeadline} and {connection.Recovery.NextDeadline}";
            }
        }

        return null;
    }
}
