using System.Buffers.Binary;
using FastPath.Buffers.Pooling;
using FastPath.Contracts;
using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Verification;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Fuzz.Targets;

/// <summary>
/// The gate of a verified stream, against a walk over what was written. Layout: payload length (2), first group (1), then
/// writes {position (2), length (2), what the first byte is changed by (1)}, again and again.
/// </summary>
internal sealed class GroupGateTarget : IFuzzTarget
{
    private const int HeaderLength = 3;
    private const int WriteLength = 5;
    private const int WritesMax = 64;

    private readonly PinnedSlabPool _pool = new(1_024 * 1_024);
    private readonly byte[] _payload = new byte[ushort.MaxValue];
    private readonly byte[] _piece = new byte[ushort.MaxValue];

    public GroupGateTarget()
    {
        for (int i = 0; i < _payload.Length; i++)
        {
            _payload[i] = (byte)((i * 31) + (i >> 8));
        }
    }

    public string Name => "group-gate";

    /// <summary>Mostly the encoded stream, and a map of it.</summary>
    public long AllocatedBytesMax => 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            yield return ("empty", Write(0, 0, (0, 0, 0)));
            yield return ("one-group", Write(100, 0, (0, 100, 0)));
            yield return ("in-order", Write(60_000, 0, (0, 20_000, 0), (20_000, 20_000, 0), (40_000, 25_000, 0)));
            yield return ("backwards", Write(60_000, 1, (40_000, 25_000, 0), (16_000, 24_000, 0), (0, 17_000, 0)));
            yield return ("proof-changed", Write(60_000, 0, (10, 30_000, 1), (0, 60_500, 0)));
            yield return ("last-group-changed", Write(40_000, 2, (3_000, 1, 0x80), (0, 40_000, 0)));
            yield return ("changed-after-it-came", Write(40_000, 0, (0, 41_000, 0), (500, 500, 7)));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < HeaderLength)
        {
            return Outcome.Of(-1);
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(input);
        long first = input[2] % new Blake3GroupLayout(length).GroupCount;
        var body = new MemoryBody(_payload.AsMemory(0, length));
        var proof = PayloadProof.Compute(body, withOutboard: true, CancellationToken.None);
        StreamDescription description = proof.Describe(
            body, new StreamDescription { StartOffset = first * Blake3GroupLayout.GroupBytes }, readsProofs: true);
        VerifiedEncoding encoding = description.Encoding.GetValueOrDefault();
        byte[] stream = new byte[encoding.FinalSize];
        proof.BodyOf(body, description).Read(encoding.StartOffset, stream.AsSpan((int)encoding.StartOffset));
        FragmentRing ring = FragmentRing.TryCreate(
            _pool, BufferHolder.ReceiveRing, encoding.StartOffset, Math.Max(1, encoding.FinalSize - encoding.StartOffset))!;
        RingCursor reader = ring.TryAddCursor()!;
        ring.TrySetFinalSize(encoding.FinalSize);
        ring.Payload.Encode(in encoding);
        var counters = new StreamCounters();
        var gate = new GroupGate(ring, in encoding, proof.Digest.Span, counters);
        Feed(input[HeaderLength..], stream, encoding, ring, gate);
        CheckReader(ring, reader.Position, encoding);
        gate.Leave();
        ring.RemoveCursor(reader);
        ring.Abandon();
        OracleException.Require(_pool.RentedBytes == 0 && _pool.ReservedBytes == 0, "something is held");
        return Outcome.Of(counters.GroupsVerified, counters.GroupsFailed, encoding.Layout.GroupCount - first);
    }

    private void Feed(
        ReadOnlySpan<byte> writes, byte[] stream, VerifiedEncoding encoding, FragmentRing ring, GroupGate gate)
    {
        int start = (int)encoding.StartOffset;
        int span = stream.Length - start;

        // What lies in the ring: 0 nothing, 1 the right byte, 2 another one. The first write of a byte counts.
        byte[] map = new byte[stream.Length];
        gate.TryAdvance();
        for (int write = 0; write < WritesMax && writes.Length >= WriteLength; write++, writes = writes[WriteLength..])
        {
            int at = start + Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(writes), span);
            int count = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(writes[2..]), stream.Length - at);
            Span<byte> piece = _piece.AsSpan(0, count);
            stream.AsSpan(at, count).CopyTo(piece);
            for (int i = 0; i < count; i++)
            {
                map[at + i] = map[at + i] == 0 ? (byte)(i == 0 && writes[4] != 0 ? 2 : 1) : map[at + i];
            }

            if (count > 0)
            {
                piece[0] ^= writes[4];
                ring.Write(at, piece, out _);
            }

            bool isRight = gate.TryAdvance();
            (long released, bool hasFailed) = Walk(map, encoding);
            OracleException.Require(isRight != hasFailed, "the verdict is another one");
            OracleException.Require(
                encoding.FinalSize == start || ring.Payload.ReadableEnd == released,
                $"let through up to {ring.Payload.ReadableEnd}, not {released}");
        }
    }

    private static (long Released, bool HasFailed) Walk(byte[] map, VerifiedEncoding encoding)
    {
        long released = encoding.StartOffset;
        for (long group = encoding.FirstGroup; group < encoding.Layout.GroupCount; group++)
        {
            long end = released + encoding.Layout.ProofBytes(group, group == encoding.FirstGroup) + encoding.Layout.BytesOf(group);
            Span<byte> part = map.AsSpan((int)released, (int)(end - released));
            if (part.Contains((byte)0))
            {
                return (released, false);
            }

            if (part.Contains((byte)2))
            {
                return (released, true);
            }

            released = end;
        }

        return (released, false);
    }

    private void CheckReader(FragmentRing ring, long position, VerifiedEncoding encoding)
    {
        long read = encoding.StartOffset;
        while (ring.Payload.Peek(ref position, long.MaxValue) is { IsEmpty: false } part)
        {
            OracleException.Require(
                part.Span.SequenceEqual(_payload.AsSpan((int)read, part.Length)), $"another payload at byte {read}");
            read += part.Length;
            position += part.Length;
        }

        OracleException.Require(
            read == Math.Max(ring.Payload.Received, encoding.StartOffset), $"{read} bytes read, {ring.Payload.Received} received");
    }

    private static byte[] Write(ushort length, byte first, params (int At, int Length, int Change)[] writes)
    {
        byte[] bytes = new byte[HeaderLength + (writes.Length * WriteLength)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, length);
        bytes[2] = first;
        for (int i = 0; i < writes.Length; i++)
        {
            Span<byte> write = bytes.AsSpan(HeaderLength + (i * WriteLength));
            BinaryPrimitives.WriteUInt16LittleEndian(write, (ushort)writes[i].At);
            BinaryPrimitives.WriteUInt16LittleEndian(write[2..], (ushort)writes[i].Length);
            write[4] = (byte)writes[i].Change;
        }

        return bytes;
    }
}
