using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Hosting;
using FastPath.Options;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Stores;
using FastPath.Streams;
using Microsoft.Extensions.Logging;

namespace FastPath.Legacy;

/// <summary>Old nodes as neighbours of the operations: what is sent to them in place of a stream, and what they send.</summary>
/// <remarks>
/// All that the façade needs for old nodes is in this folder, the rest in the core's folder of the same name; with the last
/// old node both can go. Contracts are whole here: serialized, sent, and gathered and verified again.
/// </remarks>
internal sealed class LegacyGateway
{
    private readonly NodeHost _host;
    private readonly FastPathOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<UInt128, TaskCompletionSource<OperationStatus>> _puts = new();

    public LegacyGateway(NodeHost host, FastPathOptions options, ILogger logger)
    {
        _host = host;
        _options = options;
        _logger = logger;
        host.Legacy.Arrived = Handle;
    }

    /// <summary>Puts a contract at an old node; ends with its word.</summary>
    /// <exception cref="FastPathException">TooLarge, StoreFailed, Unavailable or ConnectionClosed.</exception>
    public async Task<PutReport> PutAsync(
        FastPathPeer peer, ContractContainer contract, WrappedState state, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        UInt128 transaction = NodeHost.NewTransaction();
        var result = new TaskCompletionSource<OperationStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _puts[transaction] = result;
        try
        {
            NetMessage message = LegacyContracts.ToPut(transaction, contract, state, (byte)_options.HopsToLive);
            await _host.Legacy.SendAsync(peer.Connection, message, cancellationToken).ConfigureAwait(false);
            OperationStatus status = await result.Task
                .WaitAsync(OperationSettings.Default.PutResultTimeout.ToTimeSpan(), cancellationToken).ConfigureAwait(false);
            long bytes = message.StartSerialize().Length;
            return status == OperationStatus.Done
                ? new PutReport(contract.Key, bytes, bytes, 0, started, Stopwatch.GetTimestamp(), false, 0, 0)
                : throw StreamFailures.Create(status, $"PUT of {contract.Key}");
        }
        catch (TimeoutException e)
        {
            throw new FastPathException(FastPathError.Unavailable, $"PUT of {contract.Key}: the old node has not said what became of it", e);
        }
        finally
        {
            _puts.TryRemove(transaction, out _);
        }
    }

    /// <summary>Answers a GET of an old node with what the store has; the payload is taken over.</summary>
    public async Task ServeAsync(UInt128 transaction, Connection to, StoredPayload payload)
    {
        using StoredPayload owned = payload;
        try
        {
            await _host.Legacy.SendAsync(to, LegacyContracts.ToAnswer(transaction, payload)).ConfigureAwait(false);
            _host.Loop.Post(_ => _host.Core.Gets.CompleteServe(transaction));
        }
        catch (Exception e) when (e is FastPathException or IOException or ObjectDisposedException)
        {
            _logger.ServeFailed(transaction, e.Message);
            _host.Loop.Post(_ => _host.Core.Gets.FailServe(transaction));
        }
    }

    /// <summary>Gathers an answer that comes as a stream and sends it on whole.</summary>
    public async Task PassOnAsync(UInt128 transaction, StreamHandle handle, Connection to)
    {
        using StreamHandle owned = handle;
        try
        {
            byte[] bytes;
            using (PooledPayload gathered = await handle.ReadAllAsync(_options.WholeMessageBytesMax).ConfigureAwait(false))
            {
                bytes = System.Buffers.BuffersExtensions.ToArray(gathered.Sequence);
            }

            if (!BincodeReader.TryRead<GetStreamingPayload>(bytes, out GetStreamingPayload? payload, out _, out BincodeError error)
                || payload.Value.Contract is not { } contract)
            {
                throw new FastPathException(FastPathError.Corrupt, $"malformed contract: {error.Kind} at byte {error.Offset}");
            }

            await ServeAsync(transaction, to, Keep(contract, payload.Value.State)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FastPathException or ContractVerificationException)
        {
            _logger.ServeFailed(transaction, e.Message);
            _host.Loop.Post(now => _host.Core.Gets.FailBuffered(now, transaction));
        }
    }

    private void Handle(Connection from, NetMessage message)
    {
        switch (message)
        {
            case NetMessage.Put { Message: PutMsg.Request put }:
                HandlePut(from, put);
                break;
            case NetMessage.Put { Message: PutMsg.Response done }:
                Complete(done.Id, OperationStatus.Done);
                break;
            case NetMessage.Put { Message: PutMsg.Error failed }:
                Complete(failed.Id, OperationStatus.StoreFailed);
                break;
            case NetMessage.Get { Message: GetMsg.Request get }:
                HandleGet(from, get);
                break;
            case NetMessage.Get { Message: GetMsg.Response { Result.Found: null } missing }:
                Post(from, missing.Id, OperationStatus.NotFound);
                break;
            case NetMessage.Get { Message: GetMsg.Response answer }:
                HandleFound(from, answer);
                break;
            case NetMessage.Get { Message: GetMsg.ForwardingAck asked }:
                _host.Loop.Post(now => _host.Core.Gets.HandleProgress(now, from, asked.Id.Id.Value));
                break;
            case NetMessage.Aborted aborted:
                // Of the one who asks, or of the one who was asked: only one of the two knows the transaction from that peer.
                Complete(aborted.Id, OperationStatus.Unavailable);
                Post(from, aborted.Id, OperationStatus.Unavailable);
                _host.Loop.Post(now => _host.Core.Gets.HandleCancel(now, from, aborted.Id.Id.Value));
                break;
        }
    }

    private void HandlePut(Connection from, PutMsg.Request put)
    {
        OperationStatus status = OperationStatus.Done;
        try
        {
            if (_options.Store is { } store)
            {
                LegacyContracts.Write(store, put.Contract, put.Value);
            }
            else
            {
                status = OperationStatus.Refused;
            }
        }
        catch (Exception e) when (e is ContractVerificationException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.PutRefused(put.Contract.Key.ToString(), e.Message);
            status = e is ContractVerificationException ? OperationStatus.Corrupt : OperationStatus.StoreFailed;
        }

        _host.Loop.Post(_ => OldNodeTalk.Answer(from, put.Id, put.Contract.Key, status));
    }

    private void HandleGet(Connection from, GetMsg.Request get) => _host.Loop.Post(now =>
    {
        var request = new GetRequest
        {
            Transaction = get.Id.Id.Value,
            Instance = get.Instance,
            HopsToLive = (byte)Math.Min(get.HopsToLive, (ulong)_options.HopsToLive),
            Depth = 1,
        };
        _host.Core.Gets.HandleRequest(now, from, in request);
    });

    private void HandleFound(Connection from, GetMsg.Response answer)
    {
        StoredPayload? payload = null;
        try
        {
            payload = answer.Result.Found is { Contract: { } contract } found ? Keep(contract, found.State) : null;
        }
        catch (ContractVerificationException e)
        {
            _logger.ServeFailed(answer.Id.Id.Value, e.Message);
        }

        _host.Loop.Post(now => _host.Core.Gets.HandleWhole(now, from, answer.Id.Id.Value, payload));
    }

    /// <summary>Verifies, and stores what passes as a relay of streams does.</summary>
    private StoredPayload Keep(ContractContainer contract, WrappedState? state)
    {
        StoredPayload payload = LegacyContracts.Verify(contract, state);
        try
        {
            if (_options is { Cache: true, Store: { } store })
            {
                LegacyContracts.Write(store, contract, state);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.CacheFailed(contract.Key.ToString(), e.Message);
        }

        return payload;
    }

    private void Complete(Transaction id, OperationStatus status)
    {
        if (_puts.TryGetValue(id.Id.Value, out TaskCompletionSource<OperationStatus>? put))
        {
            put.TrySetResult(status);
        }
    }

    private void Post(Connection from, Transaction id, OperationStatus status) => _host.Loop.Post(now =>
    {
        var notice = new OperationNotice { Transaction = id.Id.Value, Status = status };
        _host.Core.Gets.HandleFailed(now, from, in notice);
    });
}
