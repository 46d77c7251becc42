using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Contracts;

namespace FastPath.Fuzz.Targets;

/// <summary>Messages of operations and metadata of their streams; the first byte, the purpose, chooses.</summary>
internal sealed class OperationMessageTarget : IFuzzTarget
{
    private const int DepthOffset = OperationHeader.Length + ContractInstanceId.Length + 1;
    private const int FormOffset = DepthOffset + 1;
    private const int FlagsOffset = FormOffset + 1;

    private readonly byte[] _first = new byte[2 * 1_024];
    private readonly byte[] _second = new byte[2 * 1_024];

    public string Name => "operation-message";

    public long AllocatedBytesMax => 16 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            byte[] space = new byte[1_024];
            VisitedNodes visited = Visited(3);
            ContractInstanceId instance = ContractInstanceId.Read(Filled(ContractInstanceId.Length, 7));
            yield return ("get-request", space[..GetRequest.Write(
                space, 1, instance, 10, 0, ContractForm.Bincode, OperationFlags.None, ResumePoint.None, visited)]);
            yield return ("get-request-resumed", space[..GetRequest.Write(
                space, 1, instance, 10, 0, ContractForm.Bincode, OperationFlags.Subscribe, new ResumePoint(Filled(32, 5), 1 << 20), visited)]);
            yield return ("get-request-full", space[..GetRequest.Write(
                space, 1, instance, 255, 255, ContractForm.Archived, OperationFlags.Streaming, ResumePoint.None, Visited(200))]);
            yield return ("get-failed", space[..OperationNotice.Write(
                space, Purpose.GetFailed, UInt128.MaxValue, OperationStatus.NotFound, visited)]);
            yield return ("get-cancel", space[..OperationNotice.Write(
                space, Purpose.GetCancel, 2, OperationStatus.Done)]);
            yield return ("put-result", space[..OperationNotice.Write(
                space, Purpose.PutResult, 3, OperationStatus.Corrupt)]);

            // Longer than any header: the bytes behind it are ignored.
            var outline = new ContractOutline(ContractKey.Read(Filled(ContractKey.Length, 9)), ContractForm.Archived, 70_000, 3, 0);
            yield return ("get-response", [.. new ContractStreamHeader(Purpose.GetResponse, 5, outline).ToBytes(), 1, 2, 3]);
            var put = new PutHeader
            {
                Purpose = Purpose.PutRequest,
                Transaction = 6,
                Contract = outline with { Form = ContractForm.Bincode, StateLength = null },
                HopsToLive = 10,
                Detours = 1,
            };
            yield return ("put-request", put.ToBytes());
            yield return ("update-request", (put with { Purpose = Purpose.UpdateRequest, UpdateId = 7, Visited = Visited(200) }).ToBytes());
            byte[] subscription = new byte[SubscriptionMessage.Length];
            new SubscriptionMessage(Purpose.Subscribe, instance, 10).Write(subscription);
            yield return ("subscribe", subscription);
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input, Outcome.ValueMax);
        if (input.IsEmpty)
        {
            return Outcome.Of(-1);
        }

        var purpose = (Purpose)input[0];
        return purpose switch
        {
            Purpose.GetRequest => Outcome.Of(0, CheckRequest(input)),
            Purpose.GetResponse => Outcome.Of(1, (int)purpose, CheckHeader(input, purpose)),
            Purpose.PutRequest or Purpose.UpdateRequest or Purpose.UpdateNotice => Outcome.Of(3, (int)purpose, CheckPut(input)),
            Purpose.Subscribe or Purpose.Unsubscribe => Outcome.Of(4, (int)purpose, CheckSubscription(input, purpose)),
            _ => Outcome.Of(2, Enum.IsDefined(purpose) ? (int)purpose : -1, CheckNotice(input, purpose)),
        };
    }

    private long CheckRequest(ReadOnlySpan<byte> input)
    {
        bool isRead = GetRequest.TryRead(input, out GetRequest request);
        ReadOnlySpan<byte> visited = default;
        bool isThere = TryFindResume(input, out ReadOnlySpan<byte> digest, out ulong offset, out int end)
            && TryFindBlock(input, end, out visited)
            && input[FormOffset] <= (byte)ContractForm.Archived;
        OracleException.Require(isRead == isThere, "accepted and complete are not the same");
        if (!isRead)
        {
            return -1;
        }

        OracleException.Require(
            request.Transaction == BinaryPrimitives.ReadUInt128BigEndian(input[1..])
            && request.Instance == ContractInstanceId.Read(input[OperationHeader.Length..])
            && (request.HopsToLive, request.Depth) == (input[DepthOffset - 1], input[DepthOffset])
            && request.Form == (ContractForm)input[FormOffset]
            && request.Flags == (OperationFlags)input[FlagsOffset]
            && request.Resume.Digest.Span.SequenceEqual(digest)
            && request.Resume.Offset == (long)offset
            && request.Visited == visited,
            "a field is read from elsewhere");
        int length = Write(_first, request);
        OracleException.Require(
            GetRequest.TryRead(_first.AsSpan(0, length), out GetRequest copy), "its own is refused");
        OracleException.Require(
            (copy.Transaction, copy.Instance) == (request.Transaction, request.Instance)
            && (copy.HopsToLive, copy.Depth, copy.Form, copy.Flags) == (request.HopsToLive, request.Depth, request.Form, request.Flags),
            "the request comes back as another one");
        CheckAgain(length, Write(_second, copy));
        return Math.Min(request.Visited.Length, 1_024) / 64;
    }

    private long CheckNotice(ReadOnlySpan<byte> input, Purpose purpose)
    {
        bool isRead = OperationNotice.TryRead(input, purpose, out OperationNotice notice);
        bool isThere = TryFindBlock(input, OperationHeader.Length + 1, out ReadOnlySpan<byte> visited);
        OracleException.Require(isRead == isThere, "accepted and complete are not the same");
        if (!isRead)
        {
            return -1;
        }

        OracleException.Require(
            notice.Transaction == BinaryPrimitives.ReadUInt128BigEndian(input[1..])
            && (byte)notice.Status == input[OperationHeader.Length]
            && notice.Visited == visited,
            "a field is read from elsewhere");
        int length = Write(_first, purpose, notice);
        OracleException.Require(
            OperationNotice.TryRead(_first.AsSpan(0, length), purpose, out OperationNotice copy), "its own is refused");
        OracleException.Require(
            (copy.Transaction, copy.Status) == (notice.Transaction, notice.Status),
            "the notice comes back as another one");
        CheckAgain(length, Write(_second, purpose, copy));
        long status = Enum.IsDefined(notice.Status) ? (long)notice.Status : byte.MaxValue;
        return (Math.Min(notice.Visited.Length, 1_024) / 64) + (status << 16);
    }

    private static long CheckHeader(ReadOnlySpan<byte> input, Purpose purpose)
    {
        if (!ContractStreamHeader.TryRead(input, purpose, out ContractStreamHeader header))
        {
            return -1;
        }

        byte[] written = header.ToBytes();
        OracleException.Require(
            ContractStreamHeader.TryRead(written, purpose, out ContractStreamHeader copy), "its own is refused");
        OracleException.Require(copy.ToBytes().AsSpan().SequenceEqual(written), "the header comes back as another one");
        OracleException.Require(
            !ContractStreamHeader.TryRead(input, purpose ^ Purpose.ApplicationRequest, out _), "any purpose will do");
        return written.Length;
    }

    private static long CheckPut(ReadOnlySpan<byte> input)
    {
        if (!PutHeader.TryRead(input, out PutHeader? header))
        {
            return -1;
        }

        byte[] written = header!.ToBytes();
        OracleException.Require(written.Length <= StreamOpenFrame.MetadataMax, "the header is longer than metadata may be");
        OracleException.Require(PutHeader.TryRead(written, out PutHeader? copy), "its own is refused");
        OracleException.Require(copy!.ToBytes().AsSpan().SequenceEqual(written), "the header comes back as another one");
        return header.Visited.Count;
    }

    private static long CheckSubscription(ReadOnlySpan<byte> input, Purpose purpose)
    {
        bool isRead = SubscriptionMessage.TryRead(input, purpose, out SubscriptionMessage subscription);
        OracleException.Require(isRead == (input.Length >= SubscriptionMessage.Length), "accepted and complete are not the same");
        if (!isRead)
        {
            return -1;
        }

        Span<byte> written = stackalloc byte[SubscriptionMessage.Length];
        subscription.Write(written);
        OracleException.Require(written.SequenceEqual(input[..written.Length]), "the message comes back as another one");
        return 0;
    }

    private void CheckAgain(int first, int second) => OracleException.Require(
        _first.AsSpan(0, first).SequenceEqual(_second.AsSpan(0, second)), "written again it is another message");

    // The block that ends a message, found by hand.
    private static bool TryFindBlock(ReadOnlySpan<byte> input, int position, out ReadOnlySpan<byte> block)
    {
        block = default;
        if (input.Length < position
            || !SlowVarInt.TryRead(input, ref position, out ulong length)
            || length > (ulong)(input.Length - position))
        {
            return false;
        }

        block = input.Slice(position, (int)length);
        return true;
    }

    /// <summary>A digest of 32 bytes and an offset, or an empty one and none.</summary>
    private static bool TryFindResume(
        ReadOnlySpan<byte> input, out ReadOnlySpan<byte> digest, out ulong offset, out int end)
    {
        offset = 0;
        end = FlagsOffset + 1;
        if (!TryFindBlock(input, end, out digest) || digest.Length is not (0 or 32))
        {
            return false;
        }

        SlowVarInt.TryRead(input, ref end, out _);
        end += digest.Length;
        return digest.IsEmpty || SlowVarInt.TryRead(input, ref end, out offset);
    }

    private static int Write(Span<byte> space, in GetRequest request)
    {
        var visited = new VisitedNodes();
        visited.Merge(request.Visited);
        return GetRequest.Write(
            space, request.Transaction, request.Instance, request.HopsToLive, request.Depth, request.Form, request.Flags, request.Resume, visited);
    }

    private static int Write(Span<byte> space, Purpose purpose, in OperationNotice notice)
    {
        var visited = new VisitedNodes();
        visited.Merge(notice.Visited);
        return OperationNotice.Write(space, purpose, notice.Transaction, notice.Status, visited);
    }

    private static VisitedNodes Visited(int count)
    {
        var visited = new VisitedNodes();
        for (int i = 0; i < count; i++)
        {
            visited.Add(PeerKey.Read(Filled(32, (byte)i)), (byte)i);
        }

        return visited;
    }

    private static byte[] Filled(int length, byte value) => [.. Enumerable.Repeat(value, length)];
}
