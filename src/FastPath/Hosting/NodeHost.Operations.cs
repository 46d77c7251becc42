using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using FastPath.Buffers.Pooling;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>What operations need: the store, streams that are filled from it, and streams that are kept.</summary>
internal sealed partial class NodeHost
{
    private const long SendWindowBytesMin = 64 * 1_024;

    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<GetArrival>> _gets = new();
    private long _reorderPeak;

    public int MessageBytesMax => _options.MessageBytesMax;

    public long SendWindowBytes => _options.SendWindowBytes;

    /// <summary>Of one more stream: narrower once half the budget is taken, so that there is room for others.</summary>
    private long SendWindowForNext
    {
        get
        {
            PinnedSlabPool pool = Core.Endpoint.Pool;
            double left = 2.0 * (pool.BudgetBytes - pool.ReservedBytes) / pool.BudgetBytes;
            return Math.Clamp((long)(left * SendWindowBytes), Math.Min(SendWindowBytesMin, SendWindowBytes), SendWindowBytes);
        }
    }

    /// <summary>Stored payloads that were read whole to prove them.</summary>
    public long ProofsComputed => _proofs.Computed;

    /// <summary>The stream of the newest answer from this node's store.</summary>
    public SendStream? LastServed { get; private set; }

    /// <summary>
    /// Most payload bytes held: blocks of rings and gathered payloads, blocks of contracts being stored, sealed packets that
    /// wait for a flush; each at the size of the buffer that it pins. An upper bound: the parts peak at different times.
    /// </summary>
    public long RetainedPeakBytes =>
        Core.Endpoint.Pool.PeakRentedBytes + Loop.PeakBatchBytes + ((long)Volatile.Read(ref _writersPeak) * ContractWriter.BlockBytes);

    /// <summary>Most bytes above a hole in the ring of a stream that was passed on.</summary>
    public long RelayReorderPeakBytes => Math.Max(Core.Gets.RelayReorderPeakBytes, Volatile.Read(ref _reorderPeak));

    /// <summary>A stream was passed on; on the loop thread.</summary>
    public void NoteReordered(long peakBytes) => _reorderPeak = Math.Max(_reorderPeak, peakBytes);

    public void ResetPeaks() => Loop.Post(_ =>
    {
        _reorderPeak = 0;
        Core.Endpoint.Pool.ResetPeak();
        Core.Gets.ResetPeak();
        Loop.ResetPeak();
        _writersPeak = Volatile.Read(ref _writers);
    });

    public static UInt128 NewTransaction()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static byte[] WithPurpose(Purpose purpose, ReadOnlySpan<byte> metadata)
    {
        if (metadata.Length > Protocol.Frames.StreamOpenFrame.MetadataMax - 1)
        {
            throw new ArgumentException($"metadata has {metadata.Length} bytes; at most {Protocol.Frames.StreamOpenFrame.MetadataMax - 1} fit", nameof(metadata));
        }

        return [(byte)purpose, .. metadata];
    }

    public bool SendsProofsTo(Connection target) => _options.VerifiedGroups && target.Streams.ReadsProofs;

    /// <summary>Opens streams to the targets over one ring, from any thread.</summary>
    public RingWriter Open(IReadOnlyList<Connection> targets, StreamDescription description)
    {
        RingWriter writer = RingWriter.Create(
            Loop,
            Core.Endpoint.Pool,
            targets,
            description,
            SendWindowForNext);
        Loop.Post(writer.Open);
        return writer;
    }

    /// <summary>Starts a GET of this node; the task ends once, also when it is cancelled.</summary>
    public async Task<GetArrival> GetAsync(
        ContractInstanceId instance, ResumePoint resume, OperationFlags flags, CancellationToken cancellationToken)
    {
        UInt128 transaction = NewTransaction();
        var arrival = new TaskCompletionSource<GetArrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gets[transaction] = arrival;
        EndIfGone(arrival);
        Loop.Post(now => Core.Gets.Start(now, transaction, instance, (byte)_options.HopsToLive, _options.ContractForm, resume, flags));
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                if (_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? _))
                {
                    Loop.Post(now => Core.Gets.Cancel(now, transaction));
                    arrival.TrySetCanceled(cancellationToken);
                }
            },
            null);
        return await arrival.Task.ConfigureAwait(false);
    }

    public void BeginLookUp(UInt128 transaction, ContractInstanceId instance)
    {
        if (Store is null)
        {
            Core.Gets.CompleteLookUp(MonotonicClock.Now, transaction, null);
            return;
        }

        StoreWork.Start(() => LookUp(transaction, instance));
    }

    public void Serve(
        UInt128 transaction,
        Connection to,
        ContractForm form,
        IStoredPayload payload,
        ResumePoint resume,
        int hopsFromSink,
        OperationFlags flags)
    {
        var stored = (StoredPayload)payload;
        if (to.Session.IsWithOldNode)
        {
            StoreWork.Start(() => OldNodes.ServeAsync(transaction, to, stored));
            return;
        }

        StoreWork.Start(() => ServeStoredAsync(transaction, to, form, stored, resume, hopsFromSink, flags));
    }

    public void OnRelaying(UInt128 transaction, ContractOutline contract, long totalLength) => _logger.Relaying(
        transaction, contract.Key, contract.Key.Code, contract.Form, contract.CodeLength, contract.ParametersLength, totalLength);

    public IFanOutMember? DeliverGet(UInt128 transaction, ContractOutline contract, ReceiveStream stream, RingCursor cursor)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, cursor, new StreamReaders()).Attach();
        if (!_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival)
            || !arrival.TrySetResult(new GetArrival(OperationStatus.Done, contract, handle, null)))
        {
            handle.Dispose();
        }

        return new SharingReader(handle);
    }

    public void DeliverStored(UInt128 transaction, IStoredPayload payload)
    {
        if (!_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival)
            || !arrival.TrySetResult(new GetArrival(OperationStatus.Done, default, null, (StoredPayload)payload)))
        {
            payload.Dispose();
        }
    }

    public void FailGet(UInt128 transaction, OperationStatus status)
    {
        if (_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival))
        {
            arrival.TrySetResult(new GetArrival(status, default, null, null));
        }
    }

    public IFanOutMember? Cache(ContractOutline contract, ReceiveStream stream, RingCursor cursor)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, cursor, readers: null).Attach();
        StoreWork.Start(() => KeepAsync(contract, handle));
        return new SharingReader(handle);
    }

    public void BeginBuffered(
        UInt128 transaction, ContractOutline contract, ReceiveStream stream, Connection to, int hopsFromSink, OperationFlags flags)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        StoreWork.Start(() => to.Session.IsWithOldNode
            ? OldNodes.PassOnAsync(transaction, handle, to)
            : PassOnWholeAsync(transaction, contract, handle, to, hopsFromSink, flags));
    }

    /// <summary>Writes a body from an offset to its end, and waits until the stream has ended.</summary>
    public static async Task PumpAsync(RingWriter writer, IBody body, long written, CancellationToken cancellationToken)
    {
        while (written < body.Length)
        {
            Memory<byte> space = await writer.GetSpaceAsync(cancellationToken).ConfigureAwait(false);
            int count = (int)Math.Min(space.Length, body.Length - written);
            body.Read(written, space.Span[..count]);
            writer.Commit(count);
            written += count;
        }

        writer.Finish(written);
        await writer.WaitForEndAsync(cancellationToken).ConfigureAwait(false);
    }

    private void FailOperations(FastPathException gone)
    {
        foreach (TaskCompletionSource<GetArrival> arrival in _gets.Values)
        {
            arrival.TrySetException(gone);
        }

        foreach (PutSource put in _puts.Values)
        {
            put.Result.TrySetException(gone);
        }

        EndFollowing(gone);
    }
}
