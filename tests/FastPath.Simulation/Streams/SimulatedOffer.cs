using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>An application that offers one payload and sends from it what the receiver lacks.</summary>
internal sealed class SimulatedOffer : ISendListener
{
    private readonly byte[] _payload;
    private readonly PinnedSlabPool _pool;
    private SimulatedWriter? _writer;

    public SimulatedOffer(Instant now, Connection connection, PinnedSlabPool pool, byte[] payload, StreamDescription description)
    {
        _payload = payload;
        _pool = pool;
        Stream = connection.Streams.Offer(now, description, this);
    }

    public SendStream Stream { get; }

    /// <summary>Null until the stream has ended.</summary>
    public StreamErrorCode? Ended { get; private set; }

    public int EndedTimes { get; private set; }

    /// <summary>Levels that the destination reported, in order.</summary>
    public List<DeliveryLevel> Levels { get; } = [];

    public int ReportsEndedTimes { get; private set; }

    public void OnAccepted(SendStream stream, Instant now) =>
        _writer = new SimulatedWriter(now, stream, _pool, _payload, this);

    public void OnAcknowledged(SendStream stream) => _writer!.OnAcknowledged(stream);

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        Ended = code;
        EndedTimes++;
        _writer?.OnSendEnded(stream, code);
    }

    public void OnDelivered(SendStream stream, DeliveryLevel level) => Levels.Add(level);

    public void OnReportsEnded(SendStream stream) => ReportsEndedTimes++;
}
