using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What must hold of an endpoint that has nothing more to send, after every turn of every simulation.</summary>
internal static class TurnInvariant
{
    /// <summary>
    /// No connection has a deadline before the endpoint's, none that could send was passed over, and the backlog is the sum of theirs.
    /// </summary>
    public static void Check(Endpoint endpoint, Instant now)
    {
        Span<byte> buffer = stackalloc byte[ushort.MaxValue];
        int inBacklog = 0;
        foreach (Connection connection in endpoint.Connections)
        {
            inBacklog += connection.Streams.InBacklog;
            if (connection.NextDeadline < endpoint.NextTimeout)
            {
                throw new InvalidOperationException(
                    $"deadline {connection.NextDeadline} of a connection, {endpoint.NextTimeout} of the endpoint");
            }

            if (!connection.IsActive && connection.TryPollTransmit(now, buffer, isBatchEnd: true, out int length))
            {
                throw new InvalidOperationException($"{length} bytes of a connection that was thought to be idle");
            }
        }

        if (endpoint.Backlog.Count != inBacklog)
        {
            throw new InvalidOperationException($"{endpoint.Backlog.Count} streams in the backlog, {inBacklog} of connections");
        }
    }
}
