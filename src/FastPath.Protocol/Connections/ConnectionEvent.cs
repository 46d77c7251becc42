using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Connections;

/// <summary>What a connection tells its owner.</summary>
/// <param name="Number">Ping number, or nothing.</param>
/// <param name="Message">Bytes of a message that arrived: the receiver's, who gives them back to the pool.</param>
/// <param name="Stream">The stream that the peer opened; the receiver claims it or stops it.</param>
/// <param name="Offer">The stream that the peer offers; the receiver answers it.</param>
internal readonly record struct ConnectionEvent(
    ConnectionEventKind Kind,
    Connection Connection,
    ulong Number = 0,
    PooledBytes Message = default,
    ReceiveStream? Stream = null,
    StreamOffer? Offer = null);
