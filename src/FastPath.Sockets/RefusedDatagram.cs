using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets;

/// <summary>A datagram that the kernel did not let out because it was too long for the way to its peer.</summary>
internal struct RefusedDatagram
{
    public PeerAddress To;
    public int Length;
    private Start _start;

    public RefusedDatagram(ReadOnlySpan<byte> datagram, PeerAddress to)
    {
        To = to;
        Length = datagram.Length;
        datagram[..Math.Min(datagram.Length, Start.Bytes)].CopyTo(_start);
    }

    /// <summary>Its first bytes: enough for whoever sent it to know it again.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Head => ((ReadOnlySpan<byte>)_start)[..Math.Min(Length, Start.Bytes)];

    [InlineArray(Bytes)]
    private struct Start
    {
        public const int Bytes = 16;
        private byte _first;
    }
}
