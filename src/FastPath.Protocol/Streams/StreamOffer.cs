using FastPath.Protocol.Connections;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>A stream that the peer offers: described, and without any memory until it is accepted.</summary>
/// <remarks>Answered once with <see cref="StreamTable.Accept"/>, <see cref="StreamTable.Decline"/> or
/// <see cref="StreamTable.Have"/>; an answer to one that was withdrawn or expired changes nothing.</remarks>
internal sealed class StreamOffer(Connection connection, ulong id, StreamDescription description, Instant offeredAt)
{
    public Connection Connection { get; } = connection;

    public ulong Id { get; } = id;

    public StreamDescription Description { get; } = description;

    public Instant OfferedAt { get; } = offeredAt;
}
