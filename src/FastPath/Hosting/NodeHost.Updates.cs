using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Streams;
using OperationStatus = FastPath.Protocol.Operations.OperationStatus;

namespace FastPath.Hosting;

/// <summary>Updates as they pass: applied to what is kept, and told to those of this node who follow their key.</summary>
internal sealed partial class NodeHost
{
    private const int UpdateBacklog = 1_024;

    private readonly ConcurrentDictionary<ContractInstanceId, ChannelWriter<ContractUpdate>[]> _followers = new();
    private readonly Lock _followersGate = new();

    public static PutSource UpdateSource(ContractKey key, UpdateData update, ulong version)
    {
        StreamingSerializer body = update.StartSerialize();
        var outline = new ContractOutline(key, ContractForm.Bincode, 0, 0, body.Length, version);
        return new PutSource(outline, body, PayloadProof.Compute(body, withOutboard: false, CancellationToken.None), onSent: null);
    }

    /// <summary>Begins to follow a key; every update that passes from now on is read from the channel, once.</summary>
    public ChannelReader<ContractUpdate> Follow(ContractInstanceId instance, out Action stop)
    {
        Channel<ContractUpdate> channel = Channel.CreateBounded<ContractUpdate>(
            new BoundedChannelOptions(UpdateBacklog) { SingleReader = true });
        lock (_followersGate)
        {
            _followers[instance] = [.. _followers.GetValueOrDefault(instance, []), channel.Writer];
        }

        if (_gone is { } gone)
        {
            // Either this or the shutdown sees the other.
            channel.Writer.TryComplete(gone);
        }

        Loop.Post(_ => Core.Subscriptions.Follow(instance));
        stop = () =>
        {
            channel.Writer.TryComplete();
            lock (_followersGate)
            {
                ChannelWriter<ContractUpdate>[] left = [.. _followers[instance].Where(w => w != channel.Writer)];
                _followers[instance] = left;
                if (left.Length == 0)
                {
                    _followers.TryRemove(instance, out _);
                }
            }

            Loop.Post(_ => Core.Subscriptions.Unfollow(instance));
        };
        return channel.Reader;
    }

    /// <summary>Tells those of this node who follow the key. One that does not keep up is told so, and hears no more.</summary>
    public void Publish(ContractUpdate update)
    {
        foreach (ChannelWriter<ContractUpdate> follower in _followers.GetValueOrDefault(update.Instance, []))
        {
            if (!follower.TryWrite(update))
            {
                follower.TryComplete(new FastPathException(
                    FastPathError.TooSlow, $"{UpdateBacklog} updates of {update.Instance} wait to be read: nobody can be told of more"));
            }
        }
    }

    public void SendNotices(PutHeader header, IReadOnlyList<Connection> followers)
    {
        if (_puts.TryGetValue(header.Transaction, out PutSource? source))
        {
            StoreWork.Start(() => Task.WhenAll(followers.Select(follower => NoticeAsync(header, source, follower))));
        }
    }

    private async Task NoticeAsync(PutHeader header, PutSource source, Connection to)
    {
        try
        {
            StreamDescription description = source.Proof.Describe(source.Body, new StreamDescription
            {
                Kind = OperationSettings.KindFor(to, source.Body.Length, header.Flags),
                TransferId = header.Transaction,
                Metadata = header.ToBytes(),
            }, readsProofs: false);
            using RingWriter writer = Open([to], description);
            await PumpAsync(writer, source.Body, 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.NoticeFailed(header.Contract.Key.ToString(), NameOf(to), e.Message);
        }
    }

    private async Task AcceptUpdateAsync(PutHeader header, StreamHandle handle, bool isNew)
    {
        using StreamHandle owned = handle;
        OperationStatus status;
        try
        {
            byte[] bytes;
            using (PooledPayload payload = await handle.ReadAllAsync(_options.UpdateBytesMax).ConfigureAwait(false))
            {
                bytes = payload.Sequence.ToArray();
            }

            status = Take(header, handle, bytes, isNew);
        }
        catch (Exception e)
        {
            // Also what the host's merger throws: without a word the sender would wait, and the operation stay.
            _logger.PutRefused(header.Contract.Key.ToString(), e.Message);
            status = StatusOf(e);
            handle.Stop(StreamFailures.CodeOf((e as FastPathException)?.Error ?? FastPathError.StoreFailed));
        }

        Loop.Post(now => Core.Puts.CompleteStore(now, header, status));
    }

    private OperationStatus Take(PutHeader header, StreamHandle handle, byte[] bytes, bool isNew)
    {
        ContractInstanceId instance = header.Contract.Key.Instance;
        if (!BincodeReader.TryRead<UpdateData>(bytes, out UpdateData? update, out _, out BincodeError error))
        {
            throw new FastPathException(
                FastPathError.Corrupt, $"malformed update: {error.Kind} at byte {error.Offset}", transfer: TransferFailure.Of(handle.Stream));
        }

        var status = OperationStatus.NotFound;
        if (States is { } states)
        {
            status = isNew ? states.Apply(instance, update, header.Contract.StateVersion)
                : Store!.TryOpen(instance) is { } kept ? Closed(kept) : OperationStatus.NotFound;
        }

        if (header.Purpose == Purpose.UpdateRequest)
        {
            // For the next node, if it cannot have it from the ring.
            var carried = new PutSource(
                header.Contract, new MemoryBody(bytes), PayloadProof.Compute(new MemoryBody(bytes), false, CancellationToken.None), onSent: null);
            carried.Result.TrySetResult(status);
            _puts[header.Transaction] = carried;
        }

        if (isNew)
        {
            Publish(new ContractUpdate(instance, header.UpdateId, header.Contract.StateVersion, update));
        }

        return status;
    }

    private static OperationStatus Closed(Stores.StoredContract kept)
    {
        kept.Dispose();
        return OperationStatus.Done;
    }

    private void EndFollowing(FastPathException gone)
    {
        foreach (ChannelWriter<ContractUpdate> follower in _followers.Values.SelectMany(writers => writers))
        {
            follower.TryComplete(gone);
        }
    }
}
