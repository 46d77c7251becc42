using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>Frames as a peer with the keys may write them, whatever the rules say, given to a connection as if a packet had brought them.</summary>
internal static class ForgedPacket
{
    private const int PayloadMax = 1_200;

    public delegate void WriteFrames(ref FrameWriter writer);

    /// <remarks>The packet carries the number of the peer's first one, so acknowledging it tells the true peer nothing new.</remarks>
    public static void Give(Connection connection, Instant now, WriteFrames write)
    {
        Span<byte> payload = stackalloc byte[PayloadMax];
        var writer = new FrameWriter(payload);
        write(ref writer);
        connection.HandleOpened(now, new PacketHeader(connection.Session.LocalIndex, 0, 0), payload[..writer.Position]);
    }
}
