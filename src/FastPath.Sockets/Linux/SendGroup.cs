using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Linux;

/// <summary>Datagrams to one peer that the kernel gets as one buffer and cuts again (UDP_SEGMENT).</summary>
internal struct SendGroup
{
    /// <summary>More than this the kernel refuses in one buffer.</summary>
    public const int DatagramsMax = 64;

    /// <summary>The longest payload of UDP over IPv4; the undivided buffer must fit it.</summary>
    public const int BytesMax = 65_507;

    public PeerAddress To;
    public EcnCodepoint Ecn;

    /// <summary>Length of every datagram.</summary>
    public int SegmentBytes;

    public int Bytes;
    public int Datagrams;

    /// <summary>Pieces of memory: datagrams that lie side by side share one.</summary>
    public int Vectors;

    /// <summary>A datagram of this length to the same peer may be appended.</summary>
    /// <remarks>
    /// Only one as long as the others: what is shorter, a tail or a packet of control alone, and what is longer, a probe of the
    /// path's MTU, leave on their own, so that nothing is refused for its company.
    /// </remarks>
    public readonly bool Admits(int length, int datagramsMax) =>
        length > 0
        && length == SegmentBytes
        && Datagrams < datagramsMax
        && Bytes + length <= BytesMax;
}
