using System.Net;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.LegacyNode;

/// <summary>A session of wire version 0 without IO: sealed packets in and out, whole messages up and down.</summary>
internal sealed partial class OldSession : IDisposable
{
    private const int DatagramBytes = 1_200;
    private const int InFlightMax = 64;
    private const int ReorderingMax = 3;
    private static readonly Duration ResendAfter = Duration.FromMilliseconds(200);

    private readonly PacketSealer _sealer;
    private readonly PacketOpener _opener;
    private readonly uint _remoteIndex;
    private readonly OldAcks _acks = new();
    private readonly LinkedList<byte[]> _frames = new();
    private readonly SortedDictionary<long, (List<byte[]> Frames, Instant SentAt)> _inFlight = [];

    public OldSession(NoiseIkHandshake handshake, bool isInitiator, uint remoteIndex, IPEndPoint address, Instant now)
    {
        byte[] toResponder = new byte[PhaseKey.SecretLength];
        byte[] toInitiator = new byte[PhaseKey.SecretLength];
        handshake.Split(toResponder, toInitiator);
        PeerKey = handshake.RemoteStaticKey.ToArray();
        PacketCipher cipher = PacketCipher.Find(CipherSuite.ChaCha20Poly1305)!;
        _sealer = new PacketSealer(cipher, isInitiator ? toResponder : toInitiator, RekeyLimits.Default, now);
        _opener = new PacketOpener(cipher, isInitiator ? toInitiator : toResponder);
        _remoteIndex = remoteIndex;
        _ownBit = isInitiator ? 0 : 1;
        IsUp = isInitiator;
        Address = address;
        if (isInitiator)
        {
            _frames.AddLast(OldFrames.Ping);
        }
    }

    public IPEndPoint Address { get; }

    public byte[] PeerKey { get; }

    /// <summary>The responder says nothing before a packet has shown that the peer holds the keys.</summary>
    public bool IsUp { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Called with each whole message, once.</summary>
    public Action<byte[]>? Arrived { get; set; }

    /// <summary>Frames of types that this version does not know: skipped, and their packets acknowledged.</summary>
    public int UnknownFrames { get; private set; }

    /// <summary>Openings of another kind than "whole": a peer that sends one has not understood whom it talks to.</summary>
    public int ForeignStreams { get; private set; }

    public void Receive(Instant now, Span<byte> datagram)
    {
        if (!PacketHeader.TryRead(datagram, out PacketHeader header))
        {
            return;
        }

        OpenResult result = _opener.TryOpen(datagram, in header, now, Duration.FromSeconds(1), out int length);
        _acks.IsOwed |= result == OpenResult.Duplicate;
        if (result != OpenResult.Opened)
        {
            return;
        }

        IsUp = true;
        _sealer.Follow(header.KeyPhase, now);
        _acks.Add((long)header.Counter);
        Walk(datagram.Slice(PacketHeader.Length, length));
    }

    /// <summary>The next packet to send, or none.</summary>
    public byte[]? Poll(Instant now)
    {
        if (!IsUp || IsClosed)
        {
            return null;
        }

        _sealer.TryRekey(now);
        QueueFragments();
        var plaintext = new List<byte>();
        int capacity = DatagramBytes - _sealer.Overhead;
        if (_acks.IsOwed)
        {
            plaintext.AddRange(_acks.ToFrame());
            _acks.IsOwed = false;
        }

        List<byte[]> sent = [];
        while (_inFlight.Count < InFlightMax && _frames.First is { } next && plaintext.Count + next.Value.Length <= capacity)
        {
            plaintext.AddRange(next.Value);
            sent.Add(next.Value);
            _frames.RemoveFirst();
        }

        if (plaintext.Count == 0)
        {
            return null;
        }

        byte[] packet = new byte[plaintext.Count + _sealer.Overhead];
        plaintext.CopyTo(packet, PacketHeader.Length);
        if (sent.Count > 0)
        {
            _inFlight.Add((long)_sealer.NextCounter, (sent, now));
        }

        _sealer.Seal(_remoteIndex, packet, plaintext.Count);
        return packet;
    }

    /// <summary>What was not acknowledged for long is sent again, in new packets.</summary>
    public void HandleTime(Instant now) => SendAgain(number => now - _inFlight[number].SentAt >= ResendAfter);

    public void Dispose()
    {
        _sealer.Dispose();
        _opener.Dispose();
    }

    private void HandleAck(ref OldReader reader)
    {
        List<(long Low, long High)> ranges = OldAcks.Read(ref reader);
        foreach (long number in _inFlight.Keys.Where(number => ranges.Exists(r => r.Low <= number && number <= r.High)).ToList())
        {
            _inFlight.Remove(number);
        }

        _sealer.OnAcknowledged((ulong)ranges[0].High);
        SendAgain(number => number + ReorderingMax < ranges[0].High);
    }

    private void SendAgain(Func<long, bool> isLost)
    {
        foreach (long number in _inFlight.Keys.Where(isLost).Reverse().ToList())
        {
            _inFlight[number].Frames.AsEnumerable().Reverse().ToList().ForEach(frame => _frames.AddFirst(frame));
            _inFlight.Remove(number);
        }
    }
}
