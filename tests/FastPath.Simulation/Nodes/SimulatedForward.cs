using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Nodes;

/// <summary>A PUT that a simulated node sends from its store or its origin: offered when it is long, else sent at once.</summary>
internal sealed class SimulatedForward : ISendListener
{
    private readonly SimulatedHost _host;
    private readonly PutHeader _header;
    private readonly Connection _to;
    private readonly byte[] _payload;
    private SimulatedWriter? _writer;

    public SimulatedForward(
        Instant now, SimulatedHost host, OperationSettings settings, PutHeader header, Connection to, byte[] payload)
    {
        (_host, _header, _to, _payload) = (host, header, to, payload);
        StreamDescription description = host.Describe(header, to, payload);
        if (payload.Length >= settings.OfferBytesMin && to.Streams.CanOffer)
        {
            SendStream offered = to.Streams.Offer(now, description, this, header.HopsToLive + 1);
            host.Core.Puts.BeginForward(header.Transaction, to, offered);
            return;
        }

        var writer = new SimulatedWriter(
            now, to, host.Core.Endpoint.Pool, payload, description, hopsFromSink: header.HopsToLive + 1);
        writer.OnEnded = () => End(writer.Stream, writer.Ended!.Value);
        if (writer.Ended is { } code)
        {
            End(writer.Stream, code);
        }
        else
        {
            host.Core.Puts.BeginForward(header.Transaction, to, writer.Stream);
        }
    }

    public void OnAccepted(SendStream stream, Instant now) =>
        _writer = new SimulatedWriter(now, stream, _host.Core.Endpoint.Pool, _payload, this);

    public void OnAcknowledged(SendStream stream) => _writer!.OnAcknowledged(stream);

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        _writer?.OnSendEnded(stream, code);
        End(stream, code);
    }

    private void End(SendStream stream, StreamErrorCode code)
    {
        _host.CountForwarded(stream);
        _host.Core.Puts.HandleSent(stream.LastProgressAt, _header.Transaction, _to, code);
    }
}
