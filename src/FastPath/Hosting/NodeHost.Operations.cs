using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>What operations need: the store, streams that are filled from it, and streams that are kept.</summary>
internal sealed partial class NodeHost
{
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<GetArrival>> _gets = new();
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<OperationStatus>> _puts = new();
    private int _writers;
    private int _writersPeak;

    public int MessageBytesMax => _options.MessageBytesMax;

    /// <summary>The stream of the newest answer from this node's store.</summary>
    public SendStream? LastServed { get; private set; }

    /// <summary>
    /// Most payload bytes held: blocks of rings and gathered payloads, blocks of contracts being stored, sealed packets that
    /// wait for a flush; each at the size of the buffer that it pins. An upper bound: the parts peak at different times.
    /// </summary>
    public long RetainedPeakBytes =>
        Core.Endpoint.Pool.PeakRentedBytes + Loop.PeakBatchBytes + ((long)Volatile.Read(ref _writersPeak) * ContractWriter.BlockBytes);

    public void ResetPeaks() => Loop.Post(_ =>
    {
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

    /// <summary>Opens streams to the targets over one ring, from any thread.</summary>
    public RingWriter Open(IReadOnlyList<Connection> targets, StreamDescription description)
    {
        RingWriter writer = RingWriter.Create(Loop, Core.Endpoint.Pool, targets, description, _options.SendWindowBytes);
        Loop.Post(writer.Open);
        return writer;
    }

    /// <summary>Starts a GET of this node; the task ends once, also when it is cancelled.</summary>
    public async Task<GetArrival> GetAsync(ContractInstanceId instance, CancellationToken cancellationToken)
    {
        UInt128 transaction = NewTransaction();
        var arrival = new TaskCompletionSource<GetArrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gets[transaction] = arrival;
        Loop.Post(now => Core.Gets.Start(now, transaction, instance, (byte)_options.HopsToLive));
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

    /// <summary>Sends a contract to a node and waits for its word.</summary>
    public async Task<(OperationStatus Status, RingWriter Writer)> PutAsync(
        FastPathPeer peer, ContractKey key, IBody payload, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        UInt128 transaction = NewTransaction();
        var description = new StreamDescription
        {
            TransferId = transaction,
            TotalLength = payload.Length,
            Digest = digest,
            Metadata = new ContractStreamHeader(Purpose.PutRequest, transaction, key).ToBytes(),
        };
        var result = new TaskCompletionSource<OperationStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _puts[transaction] = result;
        using RingWriter writer = RingWriter.Create(
            Loop, Core.Endpoint.Pool, [peer.Connection], description, _options.SendWindowBytes);
        Loop.Post(now =>
        {
            Core.Puts.Start(transaction, peer.Connection);
            writer.Open(now);
            _ = writer.Ended.ContinueWith(
                _ => Loop.Post(at => Core.Puts.HandleSent(at, transaction, writer.Failure)),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        });
        try
        {
            await PumpAsync(writer, payload, cancellationToken).ConfigureAwait(false);
        }
        catch (FastPathException)
        {
            // Why the node stopped the stream comes with its word, or with the loss of the connection.
        }

        OperationStatus status = await result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _puts.TryRemove(transaction, out _);
        return (status, writer);
    }

    public void BeginLookUp(UInt128 transaction, ContractInstanceId instance)
    {
        if (Store is null)
        {
            Core.Gets.CompleteLookUp(MonotonicClock.Now, transaction, null);
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => LookUp(transaction, instance), null);
    }

    public SendStream? Serve(
        UInt128 transaction, Connection to, StreamDescription description, IStoredPayload payload, int hopsFromSink)
    {
        var stored = (StoredPayload)payload;
        RingWriter writer;
        try
        {
            writer = RingWriter.Create(Loop, Core.Endpoint.Pool, [to], description, _options.SendWindowBytes, hopsFromSink);
        }
        catch (FastPathException e)
        {
            _logger.ServeFailed(transaction, e.Message);
            stored.Dispose();
            return null;
        }

        writer.Open(MonotonicClock.Now);
        LastServed = writer.Targets[0];
        _ = Task.Run(() => ServeAsync(transaction, writer, stored.Body, stored));
        return writer.Targets[0];
    }

    public void DeliverGet(UInt128 transaction, ContractKey key, ReceiveStream stream)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, stopsOnDispose: true).Attach();
        if (!_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival)
            || !arrival.TrySetResult(new GetArrival(OperationStatus.Done, key, handle, null)))
        {
            handle.Dispose();
        }
    }

    public void DeliverStored(UInt128 transaction, IStoredPayload payload)
    {
        if (!_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival)
            || !arrival.TrySetResult(new GetArrival(OperationStatus.Done, payload.Key, null, (StoredPayload)payload)))
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

    public void Cache(ContractKey key, ReceiveStream stream, RingCursor cursor)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, cursor, stopsOnDispose: false).Attach();
        _ = Task.Run(() => KeepAsync(key, handle));
    }

    public void BeginBuffered(
        UInt128 transaction, ReceiveStream stream, Connection to, StreamDescription description, int hopsFromSink)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, stopsOnDispose: true).Attach();
        _ = Task.Run(() => PassOnWholeAsync(transaction, handle, to, description, hopsFromSink));
    }

    public void AcceptPut(UInt128 transaction, ContractKey key, ReceiveStream stream)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, stopsOnDispose: true).Attach();
        _ = Task.Run(() => AcceptPutAsync(transaction, key, handle));
    }

    public void CompletePut(UInt128 transaction, OperationStatus status)
    {
        if (_puts.TryRemove(transaction, out TaskCompletionSource<OperationStatus>? result))
        {
            result.TrySetResult(status);
        }
    }

    private static async Task PumpAsync(RingWriter writer, IBody body, CancellationToken cancellationToken)
    {
        long written = 0;
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

    private Lease CountWriter()
    {
        int writers = Interlocked.Increment(ref _writers);
        InterlockedMax(ref _writersPeak, writers);
        return new Lease(() => Interlocked.Decrement(ref _writers));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (seen < value)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private void FailOperations(FastPathException gone)
    {
        foreach (TaskCompletionSource<GetArrival> arrival in _gets.Values)
        {
            arrival.TrySetException(gone);
        }

        foreach (TaskCompletionSource<OperationStatus> result in _puts.Values)
        {
            result.TrySetException(gone);
        }
    }

    private void LookUp(UInt128 transaction, ContractInstanceId instance)
    {
        StoredPayload? payload = null;
        try
        {
            if (Store!.TryOpen(instance) is { } entry)
            {
                payload = new StoredPayload(entry);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // What cannot be read is not there for others; the operator is told.
            _logger.StoreUnusable(instance.ToString(), e.Message);
        }

        Loop.Post(now => Core.Gets.CompleteLookUp(now, transaction, payload));
    }

    private async Task ServeAsync(UInt128 transaction, RingWriter writer, IBody body, IDisposable owned)
    {
        try
        {
            await PumpAsync(writer, body, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or FastPathException or ObjectDisposedException)
        {
            if (e is not FastPathException)
            {
                writer.Reset(StreamErrorCode.StoreFailed);
            }

            _logger.ServeFailed(transaction, e.Message);
        }
        finally
        {
            writer.Dispose();
            owned.Dispose();
            Loop.Post(_ => Core.Gets.CompleteServe(transaction));
        }
    }

    private async Task KeepAsync(ContractKey key, StreamHandle handle)
    {
        using StreamHandle owned = handle;
        if (Store is not { } store)
        {
            return;
        }

        try
        {
            using IContractWriter writer = store.BeginWrite(key);
            using Lease counted = CountWriter();
            await ContractIntake.RunAsync(handle, writer, isPut: false, _options.Verify, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FastPathException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.CacheFailed(key.ToString(), e.Message);
        }
    }

    private async Task PassOnWholeAsync(
        UInt128 transaction, StreamHandle handle, Connection to, StreamDescription description, int hopsFromSink)
    {
        using StreamHandle owned = handle;
        PooledPayload payload;
        RingWriter writer;
        try
        {
            payload = await handle.ReadAllAsync(_options.BufferBudgetBytes).ConfigureAwait(false);
            try
            {
                // Handed to the transport as one whole message, as a node without piping does.
                writer = RingWriter.Create(
                    Loop,
                    Core.Endpoint.Pool,
                    [to],
                    description with { TotalLength = payload.Length },
                    Math.Max(1, payload.Length),
                    hopsFromSink);
            }
            catch
            {
                payload.Dispose();
                throw;
            }
        }
        catch (FastPathException e)
        {
            _logger.ServeFailed(transaction, e.Message);
            Loop.Post(now => Core.Gets.FailBuffered(now, transaction));
            return;
        }

        Loop.Post(now =>
        {
            writer.Open(now);
            Core.Gets.BeginServe(transaction, writer.Targets[0]);
        });
        Task served = ServeAsync(transaction, writer, new PooledBody(payload), payload);
        await served.ConfigureAwait(false);
    }

    private async Task AcceptPutAsync(UInt128 transaction, ContractKey key, StreamHandle handle)
    {
        using StreamHandle owned = handle;
        OperationStatus status = OperationStatus.Done;
        try
        {
            if (Store is not { } store)
            {
                handle.Stop(StreamErrorCode.Unsupported);
                status = OperationStatus.Refused;
            }
            else
            {
                using IContractWriter writer = store.BeginWrite(key);
                using Lease counted = CountWriter();
                await ContractIntake.RunAsync(handle, writer, isPut: true, _options.Verify, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is FastPathException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.PutRefused(key.ToString(), e.Message);
            status = e switch
            {
                FastPathException { Error: FastPathError.Corrupt } => OperationStatus.Corrupt,
                FastPathException { Error: FastPathError.LocalResource } => OperationStatus.StoreFailed,
                FastPathException => OperationStatus.Unavailable,
                _ => OperationStatus.StoreFailed,
            };
            handle.Stop(StreamErrorCode.StoreFailed);
        }

        Loop.Post(_ => PutTable.Complete(handle.Stream.Connection, transaction, status));
    }
}
