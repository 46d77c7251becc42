using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<UInt128, bool> _underWay = new();

    public LegacyGateway(NodeHost host, FastPathOptions options, ILogger logger)
    {
        _host = host;
        _options = options;
        _logger = logger;
        host.Legacy.Arrived = Handle;
    }

    /// <summary>Sends a PUT on to an old node; its word comes as a message.</summary>
    /// <exception cref="FastPathException">TooLarge, Corrupt or ConnectionClosed.</exception>
    public async Task ForwardAsync(PutHeader header, Connection to, PutSource source)
    {
        if (source.Body.Length > _options.WholeMessageBytesMax)
        {
            throw new FastPathException(FastPathError.TooLarge, $"{source.Outline.Key} is longer than what goes whole, and the node takes nothing else");
        }

        // In the form that all read: an old node reads no other, so it is asked for no other.
        byte[] bytes = new byte[source.Body.Length];
        source.Body.Read(0, bytes);
        if (!BincodeReader.TryRead<PutStreamingPayload>(bytes, out PutStreamingPayload? put, out _, out BincodeError error))
        {
            throw new FastPathException(FastPathError.Corrupt, $"malformed contract: {error.Kind} at byte {error.Offset}");
        }

        NetMessage message = LegacyContracts.ToPut(header.Transaction, put.Contract, put.Value, header.HopsToLive);
        await _host.Legacy.SendAsync(to, message, source.OnSent).ConfigureAwait(false);
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
        catch (Exception e)
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
        catch (Exception e)
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
                _host.StoreWork.Start(() => HandlePutAsync(from, put));
                break;
            case NetMessage.Put { Message: PutMsg.Response done }:
                PostPutResult(from, done.Id, OperationStatus.Done);
                break;
            case NetMessage.Put { Message: PutMsg.Error failed }:
                PostPutResult(from, failed.Id, OperationStatus.StoreFailed);
                break;
            case NetMessage.Put { Message: PutMsg.ForwardingAck passed }:
                _host.Loop.Post(now => _host.Core.Puts.HandleProgress(now, from, passed.Id.Id.Value));
                break;
            case NetMessage.Get { Message: GetMsg.Request get }:
                HandleGet(from, get);
                break;
            case NetMessage.Get { Message: GetMsg.Response { Result.Found: null } missing }:
                PostGetFailed(from, missing.Id, OperationStatus.NotFound);
                break;
            case NetMessage.Get { Message: GetMsg.Response answer }:
                HandleFound(from, answer);
                break;
            case NetMessage.Get { Message: GetMsg.ForwardingAck passed }:
                _host.Loop.Post(now => _host.Core.Gets.HandleProgress(now, from, passed.Id.Id.Value));
                break;
            case NetMessage.Aborted aborted:
                // Of the one who asks, or of the one who was asked: each table knows which of them, if any, the peer is.
                PostPutResult(from, aborted.Id, OperationStatus.Unavailable);
                PostGetFailed(from, aborted.Id, OperationStatus.Unavailable);
                _host.Loop.Post(now => _host.Core.Gets.HandleCancel(now, from, aborted.Id.Id.Value));
                break;
        }
    }

    /// <summary>Kept here, and sent on to where the key belongs more; the old node hears when the last one has it.</summary>
    private async Task HandlePutAsync(Connection from, PutMsg.Request put)
    {
        OperationStatus status = OperationStatus.Refused;
        try
        {
            if (_options.Store is not null)
            {
                Store(put.Contract, put.Value);
                status = await SendOnAsync(from, put).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _logger.PutRefused(put.Contract.Key.ToString(), e.Message);
            status = e is ContractVerificationException ? OperationStatus.Corrupt : OperationStatus.StoreFailed;
        }

        _host.Loop.Post(_ => OldNodeTalk.Answer(from, put.Id, put.Contract.Key, status));
    }

    private async Task<OperationStatus> SendOnAsync(Connection from, PutMsg.Request put)
    {
        if (!_underWay.TryAdd(put.Id.Id.Value, true))
        {
            // It has come round: this node has it, and somebody hears of the rest already.
            return OperationStatus.Done;
        }

        try
        {
            ContractPayload payload = ContractPayload.Create(
                put.Contract, put.Value, ContractForm.Bincode, _options.VerifiedGroups, CancellationToken.None);
            byte hopsToLive = (byte)Math.Min(put.HopsToLive, (ulong)_options.HopsToLive);
            var header = new PutHeader
            {
                Purpose = Purpose.PutRequest,
                Transaction = NodeHost.NewTransaction(),
                Contract = payload.Outline,
                HopsToLive = hopsToLive,
                Detours = _host.OperationSettings.Detours,
            };
            header.Visited.Add(from.Session.PeerKey, hopsToLive);
            var source = new PutSource(payload.Outline, payload.Body, payload.Proof, onSent: null);
            return await _host.RunAsync(header, source, OperationStatus.Done, only: null, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(put.Id.Id.Value, out _);
        }
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
        catch (Exception e)
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
            if (_options is { Cache: true, Store: not null })
            {
                Store(contract, state);
            }
        }
        catch (Exception e)
        {
            _logger.CacheFailed(contract.Key.ToString(), e.Message);
        }

        return payload;
    }

    /// <summary>By the rules for states that meet: what an old node sends has no version, so everything else is newer.</summary>
    private void Store(ContractContainer contract, WrappedState? state)
    {
        using IContractWriter writer = _options.Store!.BeginWrite(contract.Key);
        ContractCopy.Write(writer, contract, state?.Bytes, 0);
        _host.States!.Commit(writer);
    }

    private void PostPutResult(Connection from, Transaction id, OperationStatus status) => _host.Loop.Post(now =>
    {
        var notice = new OperationNotice { Transaction = id.Id.Value, Status = status };
        _host.Core.Puts.HandleResult(now, from, in notice);
    });

    private void PostGetFailed(Connection from, Transaction id, OperationStatus status) => _host.Loop.Post(now =>
    {
        var notice = new OperationNotice { Transaction = id.Id.Value, Status = status };
        _host.Core.Gets.HandleFailed(now, from, in notice);
    });
}
