using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Rollout;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Hosting;

/// <summary>PUTs and updates: of this node, through this node, and into its store.</summary>
internal sealed partial class NodeHost
{
    private readonly ConcurrentDictionary<UInt128, PutSource> _puts = new();

    /// <summary>Values of the operations; set once, before the loop starts.</summary>
    public OperationSettings OperationSettings { get; set; } = OperationSettings.Default;

    /// <summary>Null when nothing is kept.</summary>
    public StateKeeper? States { get; private set; }

    /// <summary>Sends a contract to a node, or what is missing of it, and waits for the word of the last node on its way.</summary>
    /// <param name="peer">The first node; null to let the router choose.</param>
    public async Task<PutAttempt> PutAsync(
        FastPathPeer? peer, ContractPayload payload, OperationFlags flags, Action<RingWriter>? onSent, CancellationToken cancellationToken)
    {
        var source = new PutSource(payload.Outline, payload.Body, payload.Proof, onSent);
        PutHeader header = HeaderOf(Purpose.PutRequest, payload.Outline, flags);
        OperationStatus status = await RunAsync(header, source, OperationStatus.Done, peer?.Connection, cancellationToken).ConfigureAwait(false);
        return new PutAttempt(status, source.IsHeld);
    }

    /// <summary>Sends an update on its way; ends with the word of the last node on it.</summary>
    /// <param name="here">Whether this node has applied it.</param>
    public Task<OperationStatus> UpdateAsync(
        PutSource source, UInt128 updateId, OperationStatus here, OperationFlags flags, CancellationToken cancellationToken) =>
        RunAsync(
            HeaderOf(Purpose.UpdateRequest, source.Outline, flags) with { UpdateId = updateId },
            source,
            here,
            only: null,
            cancellationToken);

    public void AcceptPut(PutHeader header, ReceiveStream stream, bool isNew)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        StoreWork.Start(() => header.IsUpdate ? AcceptUpdateAsync(header, handle, isNew) : AcceptPutAsync(header, handle));
    }

    public void ForwardPut(PutHeader header, Connection to)
    {
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_puts.TryGetValue(header.Transaction, out PutSource? source))
        {
            source.Sending = sent.Task;
        }

        StoreWork.Start(() => ForwardAsync(header, to, sent));
    }

    public void ReleasePut(UInt128 transaction)
    {
        // That of a caller is released by the caller.
        if (_puts.TryGetValue(transaction, out PutSource? source) && source.OnSent is null && source.Result.Task.IsCompleted)
        {
            _puts.TryRemove(transaction, out _);
        }
    }

    public void CompletePut(UInt128 transaction, OperationStatus status)
    {
        if (_puts.TryRemove(transaction, out PutSource? source))
        {
            source.Result.TrySetResult(status);
        }
    }

    /// <summary>The form of this node where the other one reads it too; what all read otherwise.</summary>
    public ContractForm PutFormFor(Connection to) =>
        _options.ContractForm == ContractForm.Archived
        && (to.Session.Capabilities & Protocol.Handshakes.Capabilities.ArchivedForm) != 0
            ? ContractForm.Archived
            : ContractForm.Bincode;

    /// <summary>Sends what is carried on its way; ends with the word of the last node on it.</summary>
    /// <param name="here">What became of it at this node.</param>
    /// <param name="only">The only node that it may go to; null to let the router choose.</param>
    public async Task<OperationStatus> RunAsync(
        PutHeader header, PutSource source, OperationStatus here, Connection? only, CancellationToken cancellationToken)
    {
        _puts[header.Transaction] = source;
        EndIfGone(source.Result);
        Loop.Post(now => Core.Puts.Start(now, header, here, only));
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                if (_puts.TryRemove(header.Transaction, out PutSource? _))
                {
                    Loop.Post(now => Core.Puts.Cancel(now, header.Transaction));
                    source.Result.TrySetCanceled(cancellationToken);
                }
            },
            null);
        OperationStatus status = await source.Result.Task.ConfigureAwait(false);
        await source.Sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        return status == OperationStatus.Unavailable && source.Failure is { } failure ? throw failure : status;
    }

    private PutHeader HeaderOf(Purpose purpose, ContractOutline outline, OperationFlags flags) => new()
    {
        Purpose = purpose,
        Transaction = NewTransaction(),
        Contract = outline,
        HopsToLive = (byte)_options.HopsToLive,
        Detours = OperationSettings.Detours,
        Flags = flags,
    };

    private async Task ForwardAsync(PutHeader header, Connection to, TaskCompletionSource sent)
    {
        var code = StreamErrorCode.Cancelled;
        Task? shadow = null;
        StoredContract? kept = null;
        _puts.TryGetValue(header.Transaction, out PutSource? carried);
        try
        {
            kept = carried is null ? Store?.TryOpen(header.Contract.Key.Instance) : null;
            (code, shadow) = await SendPutAsync(header, to, carried ?? SourceOf(kept, header, to)).ConfigureAwait(false);
        }
        catch (FastPathException e)
        {
            code = StreamFailures.CodeOf(e.Error);
            if (carried is not null)
            {
                carried.Failure = e;
            }
        }
        catch (Exception e)
        {
            // Not the next node's fault, and yet no word of it can come.
            _logger.ServeFailed(header.Transaction, e.Message);
            carried?.Failure = new FastPathException(FastPathError.LocalResource, $"the payload cannot be read: {e.Message}", e);
        }
        finally
        {
            Loop.Post(now => Core.Puts.HandleSent(now, header.Transaction, to, code));
            sent.TrySetResult();
        }

        // A copy beside it may read the same entry.
        await (shadow ?? Task.CompletedTask).ConfigureAwait(false);
        kept?.Dispose();
    }

    /// <summary>Sends what this node carries or keeps to the next node: offers it, and sends what that lacks.</summary>
    private async Task<(StreamErrorCode Code, Task? Shadow)> SendPutAsync(PutHeader header, Connection to, PutSource source)
    {
        if (to.Session.IsWithOldNode)
        {
            await OldNodes.ForwardAsync(header, to, source).ConfigureAwait(false);
            return (StreamErrorCode.None, null);
        }

        StreamDescription description = source.Proof.Describe(source.Body, new StreamDescription
        {
            Kind = OperationSettings.KindFor(to, source.Body.Length, header.Flags),
            TransferId = header.Transaction,
            Metadata = (header with { Contract = source.Outline }).ToBytes(),
        }, SendsProofsTo(to));
        PayloadOpening opening = await OfferAsync(to, description, CancellationToken.None).ConfigureAwait(false);
        if (opening.IsHeld)
        {
            source.IsHeld = true;
            return (StreamErrorCode.None, null);
        }

        using RingWriter writer = CreateWriter(to, opening);
        string what = $"{(header.IsUpdate ? "UPDATE" : "PUT")} of {source.Outline.Key}";
        Task? shadow = BeginShadow(what, header.Transaction, to, source.Body, out ShadowRun? run);
        long started = Stopwatch.GetTimestamp();
        Loop.Post(now =>
        {
            writer.Begin(now, opening.Accepted);
            Core.Puts.BeginForward(header.Transaction, to, writer.Targets[0]);
        });
        StreamErrorCode code = await PumpPutAsync(
            writer, source.Proof.BodyOf(source.Body, opening.Description), opening).ConfigureAwait(false);
        source.OnSent?.Invoke(writer);
        if (run is not null && code == StreamErrorCode.None)
        {
            run.WholeTook = Stopwatch.GetElapsedTime(started);
        }

        return (code, shadow);
    }

    /// <summary>Why the node stopped the stream comes with its word, or with the loss of the connection.</summary>
    private static async Task<StreamErrorCode> PumpPutAsync(RingWriter writer, IBody body, PayloadOpening opening)
    {
        try
        {
            await PumpAsync(writer, body, opening.Description.StartOffset, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FastPathException)
        {
            return writer.Failure == StreamErrorCode.None ? StreamErrorCode.Cancelled : writer.Failure;
        }
        catch (Exception)
        {
            writer.Reset(StreamErrorCode.StoreFailed);
            throw;
        }

        return writer.Failure;
    }

    /// <summary>From the store: what a PUT has become here.</summary>
    private PutSource SourceOf(StoredContract? kept, PutHeader header, Connection to)
    {
        if (kept is null)
        {
            throw new FastPathException(FastPathError.LocalResource, $"{header.Contract.Key} was removed before it could be passed on");
        }

        var stored = new StoredPayload(kept);
        ContractForm form = PutFormFor(to);
        ContractPayload payload = ContractPayload.Create(
            stored.Container, stored.State, form, SendsProofsTo(to), CancellationToken.None, kept.StateVersion);
        return new PutSource(payload.Outline, payload.Body, payload.Proof, onSent: null);
    }

    private async Task AcceptPutAsync(PutHeader header, StreamHandle handle)
    {
        using StreamHandle owned = handle;
        ContractOutline contract = header.Contract;
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
                using IContractWriter writer = store.BeginWrite(contract.Key);
                using Lease counted = CountWriter();
                writer.SetStateVersion(contract.StateVersion);
                await TakePutAsync(contract, handle, writer).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // Also what the host's store or merger throws: without a word the sender would wait, and the operation stay.
            _logger.PutRefused(contract.Key.ToString(), e.Message);
            status = StatusOf(e);
            handle.Stop(StreamErrorCode.StoreFailed);
        }

        Loop.Post(now => Core.Puts.CompleteStore(now, header, status));
    }

    private static OperationStatus StatusOf(Exception e) => e switch
    {
        FastPathException { Error: FastPathError.Corrupt } => OperationStatus.Corrupt,
        FastPathException { Error: FastPathError.LocalResource } => OperationStatus.StoreFailed,
        FastPathException { Error: FastPathError.DeltaRefused } => OperationStatus.DeltaRefused,
        FastPathException => OperationStatus.Unavailable,
        _ => OperationStatus.StoreFailed,
    };

    /// <summary>Goes on where the journal of an earlier attempt ends, when the stream begins there.</summary>
    private async Task TakePutAsync(ContractOutline contract, StreamHandle handle, IContractWriter writer)
    {
        using TransferJournal? journal = JournalOf(handle.Digest);
        var intake = new ContractIntake(writer, contract.Form, isPut: true, handle, _options.Verify, journal, w => States!.Commit(w));
        if (handle.StartOffset > 0)
        {
            if (journal?.Record is not { } record || record.Bytes < handle.StartOffset)
            {
                throw new FastPathException(
                    FastPathError.Unavailable, "what an earlier attempt had brought is in use or gone", transfer: TransferFailure.Of(handle.Stream));
            }

            intake.Replay(journal, journal.Bytes);
        }
        else
        {
            journal?.Begin((uint)contract.Form, handle.Digest, handle.TotalLength ?? 0);
        }

        try
        {
            await intake.RunAsync(handle, CancellationToken.None).ConfigureAwait(false);
            journal?.Delete();
        }
        catch (FastPathException e) when (e.Error == FastPathError.Corrupt)
        {
            journal?.Delete();
            throw;
        }
    }
}
