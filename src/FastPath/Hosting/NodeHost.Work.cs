using System.Diagnostics;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Rollout;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Hosting;

/// <summary>Work of operations that takes time, on the thread pool: the store is read and written, streams are filled and drained.</summary>
internal sealed partial class NodeHost
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    private int _writers;
    private int _writersPeak;
    private readonly PayloadProofCache _proofs;

    /// <summary>What goes on beside the loop; none of it outlives the node.</summary>
    public StoreWork StoreWork { get; } = new();

    /// <summary>After the shutdown, which fails every stream: what still waited for one has ended or is about to.</summary>
    public async Task EndStoreWorkAsync()
    {
        try
        {
            await StoreWork.EndAsync().WaitAsync(StorePatience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.StoreStillInUse(StorePatience.TotalSeconds);
        }
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
        catch (Exception e)
        {
            // Whatever the host's store throws: what cannot be read is not there for others; the operator is told.
            _logger.StoreUnusable(instance.ToString(), e.Message);
        }

        Loop.Post(now => Core.Gets.CompleteLookUp(now, transaction, payload));
    }

    private async Task ServeStoredAsync(
        UInt128 transaction, Connection to, ContractForm form, StoredPayload stored, ResumePoint resume, int hopsFromSink, OperationFlags flags)
    {
        bool withProofs = (flags & OperationFlags.Proofs) != 0 && SendsProofsTo(to);
        RingWriter writer;
        IBody body;
        try
        {
            StreamingSerializer payload = stored.Serialize(form);
            PayloadProof? proven = withProofs ? await _proofs.GetAsync(stored, form).ConfigureAwait(false) : null;
            PayloadProof proof = proven ?? new PayloadProof(stored.DigestOf(form), null);
            StreamDescription description = proof.Describe(payload, new StreamDescription
            {
                Kind = OperationSettings.KindFor(to, payload.Length, flags),
                TransferId = transaction,
                StartOffset = resume.StartIn(proof.Digest.Span, payload.Length),
                Metadata = new ContractStreamHeader(Purpose.GetResponse, transaction, stored.Outline(form)).ToBytes(),
            }, withProofs);
            body = proof.BodyOf(payload, description);
            writer = RingWriter.Create(Loop, Core.Endpoint.Pool, [to], description, SendWindowForNext, hopsFromSink);
        }
        catch (Exception e)
        {
            _logger.ServeFailed(transaction, e.Message);
            stored.Dispose();
            Loop.Post(_ => Core.Gets.FailServe(transaction));
            return;
        }

        await ServeAsync(transaction, to, writer, body, stored, stored.Serialize(form), $"GET of {stored.Key}").ConfigureAwait(false);
    }

    /// <param name="payload">What a copy beside it carries: the payload without proofs, from its first byte on; null for none.</param>
    private async Task ServeAsync(
        UInt128 transaction, Connection to, RingWriter writer, IBody body, IDisposable owned, IBody? payload, string what)
    {
        ShadowRun? run = null;
        Task? shadow = payload is null ? null : BeginShadow(what, transaction, to, payload, out run);
        long started = Stopwatch.GetTimestamp();
        try
        {
            // The first bytes are in the ring before the stream opens, so they leave together with its opening frame.
            long written = FillFirst(writer, body);
            Loop.Post(now =>
            {
                writer.Open(now);
                LastServed = writer.Targets[0];
                Core.Gets.BeginServe(transaction, writer.Targets[0]);
            });
            await PumpAsync(writer, body, written, CancellationToken.None).ConfigureAwait(false);
            if (run is not null)
            {
                run.WholeTook = Stopwatch.GetElapsedTime(started);
            }
        }
        catch (Exception e)
        {
            if (e is not FastPathException)
            {
                writer.Reset(StreamErrorCode.StoreFailed);
                Loop.Post(_ => Core.Gets.FailServe(transaction));
            }

            _logger.ServeFailed(transaction, e.Message);
        }
        finally
        {
            writer.Dispose();
            Loop.Post(_ => Core.Gets.CompleteServe(transaction));
            await (shadow ?? Task.CompletedTask).ConfigureAwait(false);
            owned.Dispose();
        }
    }

    /// <returns>The offset of the first byte that is still to be written.</returns>
    private static long FillFirst(RingWriter writer, IBody body)
    {
        long start = writer.Description.StartOffset;
        Memory<byte> space = writer.Ring.GetSpace();
        int count = (int)Math.Min(space.Length, body.Length - start);
        body.Read(start, space.Span[..count]);
        writer.Commit(count);
        return start + count;
    }

    private async Task KeepAsync(ContractOutline contract, StreamHandle handle)
    {
        using StreamHandle owned = handle;
        if (Store is not { } store)
        {
            return;
        }

        try
        {
            using IContractWriter writer = store.BeginWrite(contract.Key);
            using Lease counted = CountWriter();
            writer.SetStateVersion(contract.StateVersion);
            var intake = new ContractIntake(
                writer, contract.Form, isPut: false, handle, _options.Verify, commit: w => States!.Commit(w));
            await intake.RunAsync(handle, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.CacheFailed(contract.Key.ToString(), e.Message);
        }
    }

    private async Task PassOnWholeAsync(
        UInt128 transaction, ContractOutline contract, StreamHandle handle, Connection to, int hopsFromSink, OperationFlags flags)
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
                    handle.Stream.Description! with
                    {
                        Kind = OperationSettings.KindFor(to, handle.StartOffset + payload.Length, flags),
                        TotalLength = handle.StartOffset + payload.Length,
                        CarriesProofs = false,
                    },
                    Math.Max(1, payload.Length),
                    hopsFromSink);
            }
            catch
            {
                payload.Dispose();
                throw;
            }
        }
        catch (Exception e)
        {
            _logger.ServeFailed(transaction, e.Message);
            Loop.Post(now => Core.Gets.FailBuffered(now, transaction));
            return;
        }

        var body = new PooledBody(payload, handle.StartOffset);
        await ServeAsync(
            transaction, to, writer, body, payload, handle.StartOffset == 0 ? body : null, $"GET of {contract.Key}").ConfigureAwait(false);
    }
}
