using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
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
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<GetArrival>> _gets = new();
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<OperationStatus>> _puts = new();

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
    public async Task<GetArrival> GetAsync(ContractInstanceId instance, ResumePoint resume, CancellationToken cancellationToken)
    {
        UInt128 transaction = NewTransaction();
        var arrival = new TaskCompletionSource<GetArrival>(TaskCreationOptions.RunContinuationsAsynchronously);
        _gets[transaction] = arrival;
        Loop.Post(now => Core.Gets.Start(now, transaction, instance, (byte)_options.HopsToLive, _options.ContractForm, resume));
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

    /// <summary>Sends a contract to a node, or what is missing of it, and waits for the node's word.</summary>
    /// <param name="onSent">Called when the stream has ended, well or badly; not when the node had the contract already.</param>
    public async Task<PutAttempt> PutAsync(
        FastPathPeer peer, ContractPayload payload, Action<RingWriter> onSent, CancellationToken cancellationToken)
    {
        UInt128 transaction = NewTransaction();
        var description = new StreamDescription
        {
            TransferId = transaction,
            TotalLength = payload.Body.Length,
            Digest = payload.Digest,
            Metadata = new ContractStreamHeader(Purpose.PutRequest, transaction, payload.Outline).ToBytes(),
        };
        SendStream? accepted = null;
        if (payload.Body.Length >= _options.OfferBytesMin && peer.Connection.Streams.CanOffer)
        {
            OfferOutcome outcome = await OfferedSend.RunAsync(
                Loop, peer.Connection, description, cancellationToken).ConfigureAwait(false);
            if (outcome.IsHeld)
            {
                return new PutAttempt(OperationStatus.Done, IsHeld: true);
            }

            accepted = outcome.Stream;
            description = description with { StartOffset = outcome.From };
        }

        var result = new TaskCompletionSource<OperationStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _puts[transaction] = result;
        try
        {
            using RingWriter writer = CreateWriter(peer.Connection, description, accepted);
            Loop.Post(now => StartPut(now, transaction, peer.Connection, writer, accepted));
            try
            {
                await PumpAsync(writer, payload.Body, description.StartOffset, cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException)
            {
                // Why the node stopped the stream comes with its word, or with the loss of the connection.
            }

            onSent(writer);
            return new PutAttempt(await result.Task.WaitAsync(cancellationToken).ConfigureAwait(false), IsHeld: false);
        }
        finally
        {
            _puts.TryRemove(transaction, out _);
        }
    }

    private RingWriter CreateWriter(Connection to, StreamDescription description, SendStream? accepted)
    {
        try
        {
            return RingWriter.Create(Loop, Core.Endpoint.Pool, [to], description, _options.SendWindowBytes);
        }
        catch (FastPathException) when (accepted is not null)
        {
            Loop.Post(_ => to.Streams.Reset(accepted, StreamErrorCode.NoBuffers));
            throw;
        }
    }

    private void StartPut(
        Protocol.Time.Instant now, UInt128 transaction, Connection to, RingWriter writer, SendStream? accepted)
    {
        Core.Puts.Start(transaction, to);
        if (accepted is null)
        {
            writer.Open(now);
        }
        else
        {
            writer.Adopt(now, accepted);
        }

        _ = writer.Ended.ContinueWith(
            _ => Loop.Post(at => Core.Puts.HandleSent(at, transaction, writer.Failure)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
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

    public void Serve(
        UInt128 transaction, Connection to, ContractForm form, IStoredPayload payload, ResumePoint resume, int hopsFromSink)
    {
        var stored = (StoredPayload)payload;
        StreamingSerializer body = stored.Serialize(form);
        ReadOnlyMemory<byte> digest = stored.DigestOf(form);
        var description = new StreamDescription
        {
            TransferId = transaction,
            TotalLength = body.Length,
            StartOffset = resume.StartIn(digest.Span, body.Length),
            Digest = digest,
            Metadata = new ContractStreamHeader(Purpose.GetResponse, transaction, stored.Outline(form)).ToBytes(),
        };
        RingWriter writer;
        try
        {
            writer = RingWriter.Create(Loop, Core.Endpoint.Pool, [to], description, _options.SendWindowBytes, hopsFromSink);
        }
        catch (FastPathException e)
        {
            _logger.ServeFailed(transaction, e.Message);
            stored.Dispose();
            Loop.Post(_ => Core.Gets.FailServe(transaction));
            return;
        }

        _ = Task.Run(() => ServeAsync(transaction, writer, body, stored));
    }

    public void OnRelaying(UInt128 transaction, ContractOutline contract, long totalLength) => _logger.Relaying(
        transaction, contract.Key, contract.Key.Code, contract.Form, contract.CodeLength, contract.ParametersLength, totalLength);

    public void DeliverGet(UInt128 transaction, ContractOutline contract, ReceiveStream stream)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        if (!_gets.TryRemove(transaction, out TaskCompletionSource<GetArrival>? arrival)
            || !arrival.TrySetResult(new GetArrival(OperationStatus.Done, contract, handle, null)))
        {
            handle.Dispose();
        }
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

    public void Cache(ContractOutline contract, ReceiveStream stream, RingCursor cursor)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, cursor, readers: null).Attach();
        _ = Task.Run(() => KeepAsync(contract, handle));
    }

    public void BeginBuffered(
        UInt128 transaction, ContractOutline contract, ReceiveStream stream, Connection to, int hopsFromSink)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        _ = Task.Run(() => PassOnWholeAsync(transaction, contract, handle, to, hopsFromSink));
    }

    public void AcceptPut(UInt128 transaction, ContractOutline contract, ReceiveStream stream)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        _ = Task.Run(() => AcceptPutAsync(transaction, contract, handle));
    }

    public void CompletePut(UInt128 transaction, OperationStatus status)
    {
        if (_puts.TryRemove(transaction, out TaskCompletionSource<OperationStatus>? result))
        {
            result.TrySetResult(status);
        }
    }

    private static async Task PumpAsync(RingWriter writer, IBody body, long written, CancellationToken cancellationToken)
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

        foreach (TaskCompletionSource<OperationStatus> result in _puts.Values)
        {
            result.TrySetException(gone);
        }
    }
}
