using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Packets;

public sealed class PacketProtectionTests
{
    private const int PlaintextLength = 40;
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Duration KeepOldKeys = Duration.FromMilliseconds(30);

    public static TheoryData<int> Suites => [.. PacketCipher.Supported.Select(c => (int)c.Suite)];

    [Theory]
    [MemberData(nameof(Suites))]
    [Trait("Scenario", "C9")]
    public void A_packet_with_any_bit_flipped_is_never_opened(int suite)
    {
        using var pair = new Pair(suite);
        byte[] packet = pair.Seal(1);
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            byte[] copy = [.. packet];
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            // The type and index bytes are read by the endpoint; here they are part of what is authenticated.
            var header = new PacketHeader(9, copy[PacketHeader.KeyPhaseOffset], CounterOf(copy));
            Assert.NotEqual(OpenResult.Opened, pair.Opener.TryOpen(copy, header, Instant.Zero, KeepOldKeys, out _));
        }

        Assert.Equal(OpenResult.Opened, pair.Open(packet));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Trait("Scenario", "C9")]
    public void A_replayed_packet_is_a_duplicate_at_any_later_time(int suite)
    {
        using var pair = new Pair(suite);
        byte[] first = pair.Seal(1);
        byte[] replay = [.. first];
        Assert.Equal(OpenResult.Opened, pair.Open(first));
        Assert.Equal(OpenResult.Duplicate, pair.Open([.. replay]));
        for (int i = 0; i < ReplayWindow.Size + 100; i++)
        {
            Assert.Equal(OpenResult.Opened, pair.Open(pair.Seal(2)));
        }

        Assert.Equal(OpenResult.Duplicate, pair.Open(replay));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Trait("Scenario", "C9")]
    public void Rekeying_every_1000_packets_loses_nothing_though_packets_are_reordered(int suite)
    {
        using var pair = new Pair(suite, new RekeyLimits(1_000, Duration.FromSeconds(1e6)));
        var random = new SeededRandom(7);
        var inFlight = new List<(byte[] Packet, byte Mark)>();
        int opened = 0;
        for (int i = 0; i < 10_000; i++)
        {
            pair.Sealer.TryRekey(Instant.Zero);
            inFlight.Add((pair.Seal((byte)i), (byte)i));
            if (inFlight.Count < 64 && i < 9_999)
            {
                continue;
            }

            while (inFlight.Count > (i == 9_999 ? 0 : 32))
            {
                int index = random.NextInt32(inFlight.Count);
                (byte[] packet, byte mark) = inFlight[index];
                inFlight.RemoveAt(index);
                ulong counter = CounterOf(packet);
                Assert.Equal(OpenResult.Opened, pair.Open(packet));
                Assert.Equal(mark, packet[PacketHeader.Length]);
                pair.Sealer.OnAcknowledged(counter);
                opened++;
            }
        }

        Assert.Equal(10_000, opened);
        Assert.Equal(9, pair.Sealer.Rekeyings);
        Assert.Equal(pair.Sealer.Phase, pair.Opener.Phase);
    }

    [Fact]
    public void A_phase_waits_for_an_acknowledgement_of_the_phase_before()
    {
        using var pair = new Pair((int)CipherSuite.ChaCha20Poly1305, new RekeyLimits(1, Duration.FromSeconds(1)));
        pair.Seal(1);
        Assert.False(pair.Sealer.TryRekey(Instant.Zero));
        pair.Sealer.OnAcknowledged(0);
        Assert.True(pair.Sealer.TryRekey(Instant.Zero));
        pair.Seal(1);
        pair.Sealer.OnAcknowledged(0);
        Assert.False(pair.Sealer.TryRekey(Instant.Zero));
    }

    [Fact]
    [Trait("Scenario", "C3")]
    public void Junk_of_every_length_is_refused_without_an_exception()
    {
        using var pair = new Pair((int)CipherSuite.ChaCha20Poly1305);
        for (int length = PacketHeader.Length; length < 100; length++)
        {
            byte[] junk = new byte[length];
            Assert.NotEqual(
                OpenResult.Opened, pair.Opener.TryOpen(junk, new PacketHeader(9, 0, 1), Instant.Zero, KeepOldKeys, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    [Trait("Category", "Allocation")]
    public void Sealing_and_opening_allocate_nothing(int suite)
    {
        using var pair = new Pair(suite);
        byte[] packet = new byte[PlaintextLength + pair.Sealer.Overhead];
        long before = 0;
        for (int i = 0; i < 20_000; i++)
        {
            if (i == 10_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            pair.Sealer.Seal(9, packet, PlaintextLength);
            PacketHeader.TryRead(packet, out PacketHeader header);
            pair.Opener.TryOpen(packet, header, Instant.Zero, KeepOldKeys, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_window_agrees_with_a_set_of_all_numbers_seen()
    {
        for (ulong seed = 1; seed <= 50; seed++)
        {
            var random = new SeededRandom(seed);
            var window = new ReplayWindow();
            var seen = new HashSet<ulong>();
            ulong largest = 0;
            for (int i = 0; i < 2_000; i++)
            {
                ulong number = random.NextInt32(20) == 0
                    ? largest + (ulong)random.NextInt64(3 * ReplayWindow.Size)
                    : (ulong)Math.Max(0, (long)largest + random.NextInt64(2 * ReplayWindow.Size) - (2 * ReplayWindow.Size) + 100);
                bool isTooOld = seen.Count > 0 && number <= largest && largest - number >= ReplayWindow.Size;
                bool expected = !isTooOld && !seen.Contains(number);
                Assert.Equal(expected, window.TryRecord(number));
                if (expected)
                {
                    seen.Add(number);
                    largest = Math.Max(largest, number);
                }
            }
        }
    }

    private static ulong CounterOf(byte[] packet) =>
        BitConverter.ToUInt64(packet, PacketHeader.CounterOffset);

    private sealed class Pair : IDisposable
    {
        public Pair(int suite, RekeyLimits? limits = null)
        {
            PacketCipher cipher = PacketCipher.Find((CipherSuite)suite)!;
            Sealer = new PacketSealer(cipher, Secret, limits ?? RekeyLimits.Default, Instant.Zero);
            Opener = new PacketOpener(cipher, Secret);
        }

        public PacketSealer Sealer { get; }

        public PacketOpener Opener { get; }

        public byte[] Seal(byte mark)
        {
            byte[] packet = new byte[PlaintextLength + Sealer.Overhead];
            packet.AsSpan(PacketHeader.Length, PlaintextLength).Fill(mark);
            Assert.Equal(packet.Length, Sealer.Seal(9, packet, PlaintextLength));
            return packet;
        }

        public OpenResult Open(byte[] packet)
        {
            Assert.True(PacketHeader.TryRead(packet, out PacketHeader header));
            return Opener.TryOpen(packet, header, Instant.Zero, KeepOldKeys, out _);
        }

        public void Dispose()
        {
            Sealer.Dispose();
            Opener.Dispose();
        }
    }
}
