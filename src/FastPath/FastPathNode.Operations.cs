using FastPath.Contracts;
using FastPath.Hosting;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath;

/// <summary>Operations on contracts: they travel over paths of nodes, chosen by the key.</summary>
public sealed partial class FastPathNode
{
    /// <summary>
    /// Stores a contract at a node and at those that the key belongs to more, as far as they can be reached from there; returns
    /// when the last of them has it verified and durable, and every one on the way.
    /// </summary>
    /// <exception cref="FastPathException">Corrupt, StoreFailed, Refused, Unavailable or ConnectionClosed.</exception>
    public ValueTask<PutReport> PutAsync(
        FastPathPeer peer, ContractContainer contract, WrappedState state, CancellationToken cancellationToken = default) =>
        PutAsync(peer, contract, state, OperationOptions.Default, cancellationToken);

    /// <summary>The same, with wishes.</summary>
    /// <inheritdoc cref="PutAsync(FastPathPeer, ContractContainer, WrappedState, CancellationToken)"/>
    public async ValueTask<PutReport> PutAsync(
        FastPathPeer peer,
        ContractContainer contract,
        WrappedState state,
        OperationOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Protocol.Connections.Connection to = _host.ConnectionOf(peer);
        ContractPayload payload = await PayloadOf(
            contract, state, options, _host.PutFormFor(to), _host.SendsProofsTo(to), cancellationToken).ConfigureAwait(false);
        return await new ContractPut(_host, _options, peer, payload, FlagsOf(options)).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores a contract here, if this node keeps any, and at the nodes that its key belongs to more; returns when the last of
    /// them has it verified and durable, and every one on the way.
    /// </summary>
    /// <exception cref="FastPathException">Corrupt, StoreFailed, Refused or Unavailable.</exception>
    public async ValueTask<PutReport> PutAsync(
        ContractContainer contract, WrappedState state, OperationOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= OperationOptions.Default;
        ContractPayload payload = await PayloadOf(
            contract, state, options, ContractForm.Bincode, _options.VerifiedGroups, cancellationToken).ConfigureAwait(false);
        if (_host.States is { } states)
        {
            await Task.Run(() => Keep(states, contract, state, options.StateVersion), cancellationToken).ConfigureAwait(false);
        }

        return await new ContractPut(_host, _options, peer: null, payload, FlagsOf(options)).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Changes the state of a contract wherever it is kept on the way to the node that its key belongs to most, and tells those
    /// who follow it; returns when the last node on the way has taken it.
    /// </summary>
    /// <param name="instance">What is updated.</param>
    /// <param name="update">A new state or a delta.</param>
    /// <param name="version">Of the state that it leads to, as its owner counts.</param>
    /// <param name="options">Null for none.</param>
    /// <param name="cancellationToken">Gives the wait up; the update may still arrive.</param>
    /// <exception cref="FastPathException">NotFound: no node that could be asked keeps the contract. DeltaRefused, TooLarge, Unavailable.</exception>
    public async ValueTask<UpdateReport> UpdateAsync(
        ContractInstanceId instance,
        UpdateData update,
        ulong version,
        OperationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, ContractOutline.StateVersionMax);
        PutSource source = await Task.Run(
            () => NodeHost.UpdateSource(new ContractKey(instance, default), update, version), cancellationToken).ConfigureAwait(false);
        if (source.Body.Length > _options.UpdateBytesMax)
        {
            throw new FastPathException(
                FastPathError.TooLarge, $"an update of {source.Body.Length} bytes is longer than {_options.UpdateBytesMax}");
        }

        OperationStatus here = _host.States is { } states
            ? await Task.Run(() => states.Apply(instance, update, version), cancellationToken).ConfigureAwait(false)
            : OperationStatus.NotFound;
        if (here is not (OperationStatus.Done or OperationStatus.NotFound))
        {
            throw StreamFailures.Create(here, $"UPDATE of {instance}");
        }

        UInt128 updateId = NodeHost.NewTransaction();
        _host.Publish(new ContractUpdate(instance, updateId, version, update));
        return await SendAsync(source, updateId, here, FlagsOf(options ?? OperationOptions.Default), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Updates of a contract as they pass, from the first read on; each once, in the order of their coming.</summary>
    /// <remarks>
    /// This node follows the contract at the neighbour that its key belongs to most, and goes to another one when that is lost;
    /// what passes between is missed. Up to 1,024 updates wait to be read; then the reading fails with TooSlow.
    /// </remarks>
    /// <exception cref="FastPathException">TooSlow, or ConnectionClosed when the node was disposed.</exception>
    public async IAsyncEnumerable<ContractUpdate> SubscribeAsync(
        ContractInstanceId instance,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        System.Threading.Channels.ChannelReader<ContractUpdate> updates = _host.Follow(instance, out Action stop);
        try
        {
            await foreach (ContractUpdate update in updates.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            stop();
        }
    }

    /// <summary>Fetches a contract into this node's store, from the store itself or through its peers.</summary>
    /// <exception cref="FastPathException">NotFound, Unavailable, Corrupt, or why the transfer failed.</exception>
    /// <exception cref="InvalidOperationException">The node has no store.</exception>
    public ValueTask<GetReport> GetAsync(ContractInstanceId instance, CancellationToken cancellationToken = default) =>
        GetAsync(instance, OperationOptions.Default, cancellationToken);

    /// <summary>Fetches a contract into this node's store, with wishes.</summary>
    /// <inheritdoc cref="GetAsync(ContractInstanceId, CancellationToken)"/>
    public async ValueTask<GetReport> GetAsync(
        ContractInstanceId instance, OperationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        IContractStore store = _options.Store ?? throw new InvalidOperationException("the node has no store to fetch into");
        using var fetch = new ContractFetch(_host, _options, instance, store.BeginWrite, FlagsOf(options));
        return await fetch.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches a contract into a writer, which makes it visible only when all of it is verified.</summary>
    /// <param name="instance">What is wanted.</param>
    /// <param name="beginWrite">Called when somebody has it; once more when the transfer broke and another payload came.</param>
    /// <param name="cancellationToken">Ends the search or the transfer at every node that takes part.</param>
    /// <exception cref="FastPathException">NotFound, Unavailable, Corrupt, or why the transfer failed.</exception>
    public async ValueTask<GetReport> GetAsync(
        ContractInstanceId instance, Func<ContractKey, IContractWriter> beginWrite, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(beginWrite);
        using var fetch = new ContractFetch(_host, _options, instance, beginWrite);
        return await fetch.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static OperationFlags FlagsOf(OperationOptions options) =>
        (options.Streaming ? OperationFlags.Streaming : OperationFlags.None)
        | (options.Subscribe ? OperationFlags.Subscribe : OperationFlags.None);

    private static Task<ContractPayload> PayloadOf(
        ContractContainer contract,
        WrappedState state,
        OperationOptions options,
        ContractForm form,
        bool withProofs,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.StateVersion, ContractOutline.StateVersionMax);
        return Task.Run(
            () => ContractPayload.Create(contract, state, form, withProofs, cancellationToken, options.StateVersion), cancellationToken);
    }

    private void Keep(StateKeeper states, ContractContainer contract, WrappedState state, ulong version)
    {
        using IContractWriter writer = _options.Store!.BeginWrite(contract.Key);
        ContractCopy.Write(writer, contract, state.Bytes, version);
        try
        {
            states.Commit(writer);
        }
        catch (ContractVerificationException e)
        {
            throw new FastPathException(FastPathError.Corrupt, e.Message, e);
        }
    }

    private async Task<UpdateReport> SendAsync(
        PutSource source, UInt128 updateId, OperationStatus here, OperationFlags flags, CancellationToken cancellationToken)
    {
        var retries = new RetrySchedule(_options.Retry);
        while (true)
        {
            var attempt = new PutSource(source.Outline, source.Body, source.Proof, onSent: null);
            OperationStatus status = await _host.UpdateAsync(attempt, updateId, here, flags, cancellationToken).ConfigureAwait(false);
            if (status == OperationStatus.Done)
            {
                return new UpdateReport(source.Outline.Key.Instance, updateId, retries.Retries);
            }

            FastPathException failure = StreamFailures.Create(status, $"UPDATE of {source.Outline.Key}");
            if (failure.Error == FastPathError.NotFound || !retries.TryNext(failure.Error, 0, out TimeSpan pause))
            {
                throw failure;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            await _host.RedialAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
