using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Who follows which key at this node, and which neighbour tells this node of it.</summary>
/// <remarks>
/// For each key the followers form a tree: every node that follows, for itself or for others, does so at the neighbour that
/// the key belongs to most, if it belongs to that one more than to itself. Each step leads to a better node, so there is no
/// circle. Updates climb the same way and are passed down wherever they come by; the id of each is remembered, within a
/// bound, so that none is taken twice (scenarios O2, O5). A lost neighbour is replaced at once, a better one is used as soon
/// as it is there. Sans IO; owned by the loop thread.
/// </remarks>
internal sealed class SubscriptionTable(Endpoint endpoint, OperationSettings settings, IRouter? router = null)
{
    private const int UpdatesRememberedMax = 16_384;

    private readonly IRouter _router = router ?? RendezvousRouter.Instance;
    private readonly Dictionary<ContractInstanceId, Subscription> _subscriptions = [];
    private readonly HashSet<UInt128> _updates = [];
    private readonly Queue<UInt128> _updatesInOrder = new();

    public int Count => _subscriptions.Count;

    /// <summary>Subscriptions of peers that were not taken, for lack of room.</summary>
    public long Refused { get; private set; }

    /// <summary>This node itself follows a key, once more.</summary>
    public void Follow(ContractInstanceId instance)
    {
        Subscription subscription = Find(instance, settings.HopsToLive);
        subscription.Local++;
        Aim(instance, subscription);
    }

    /// <summary>Once less.</summary>
    public void Unfollow(ContractInstanceId instance)
    {
        if (_subscriptions.TryGetValue(instance, out Subscription? subscription) && subscription.Local > 0)
        {
            subscription.Local--;
            EndIfUnused(instance, subscription);
        }
    }

    /// <summary>A peer follows a key here.</summary>
    /// <param name="hopsToLive">How much further up it may reach.</param>
    public void Follow(ContractInstanceId instance, Connection follower, byte hopsToLive)
    {
        if (!_subscriptions.ContainsKey(instance) && _subscriptions.Count >= settings.SubscriptionsMax)
        {
            Refused++;
            return;
        }

        Subscription subscription = Find(instance, hopsToLive);
        subscription.Followers.Add(follower);
        subscription.HopsToLive = Math.Max(subscription.HopsToLive, hopsToLive);
        Aim(instance, subscription);
    }

    public void Unfollow(ContractInstanceId instance, Connection follower)
    {
        if (_subscriptions.TryGetValue(instance, out Subscription? subscription) && subscription.Followers.Remove(follower))
        {
            EndIfUnused(instance, subscription);
        }
    }

    /// <summary>A node that some keys may belong to more than to the one that tells of them now.</summary>
    public void HandleEstablished()
    {
        foreach ((ContractInstanceId instance, Subscription subscription) in _subscriptions)
        {
            Aim(instance, subscription);
        }
    }

    public void HandleConnectionClosed(Connection connection)
    {
        foreach ((ContractInstanceId instance, Subscription subscription) in _subscriptions.ToArray())
        {
            subscription.Followers.Remove(connection);
            if (subscription.Upstream == connection)
            {
                subscription.Upstream = null;
            }

            if (!EndIfUnused(instance, subscription))
            {
                Aim(instance, subscription);
            }
        }
    }

    /// <summary>Peers that an update of this key is passed to.</summary>
    /// <param name="visited">Nodes that have it already, or get it on another way.</param>
    public IReadOnlyList<Connection> FollowersOf(ContractInstanceId instance, VisitedNodes visited, Connection? except) =>
        _subscriptions.TryGetValue(instance, out Subscription? subscription)
            ? [.. subscription.Followers.Where(
                f => f != except && f.State == ConnectionState.Established && !visited.Contains(f.Session.PeerKey))]
            : [];

    /// <returns>False when this update was taken before.</returns>
    public bool TryMark(UInt128 update)
    {
        if (!_updates.Add(update))
        {
            return false;
        }

        _updatesInOrder.Enqueue(update);
        if (_updatesInOrder.Count > UpdatesRememberedMax)
        {
            _updates.Remove(_updatesInOrder.Dequeue());
        }

        return true;
    }

    /// <summary>It did not come whole: the next attempt is new.</summary>
    public void Unmark(UInt128 update) => _updates.Remove(update);

    private Subscription Find(ContractInstanceId instance, byte hopsToLive)
    {
        if (!_subscriptions.TryGetValue(instance, out Subscription? subscription))
        {
            subscription = new Subscription { HopsToLive = hopsToLive };
            _subscriptions.Add(instance, subscription);
        }

        return subscription;
    }

    private bool EndIfUnused(ContractInstanceId instance, Subscription subscription)
    {
        if (subscription.Local > 0 || subscription.Followers.Count > 0)
        {
            return false;
        }

        _subscriptions.Remove(instance);
        Tell(subscription.Upstream, Purpose.Unsubscribe, instance, 0);
        return true;
    }

    private void Aim(ContractInstanceId instance, Subscription subscription)
    {
        Connection? best = subscription.HopsToLive == 0
            ? null
            : _router.Choose(instance, endpoint.Connections.Where(
                c => c.State == ConnectionState.Established && c.Session is { PeerRole: NodeRole.Node, IsWithOldNode: false }));
        if (best is not null && !_router.IsBetter(instance, best.Session.PeerKey, endpoint.PublicKey))
        {
            best = null;
        }

        if (best == subscription.Upstream)
        {
            return;
        }

        Tell(subscription.Upstream, Purpose.Unsubscribe, instance, 0);
        subscription.Upstream = best;
        Tell(best, Purpose.Subscribe, instance, (byte)(subscription.HopsToLive - 1));
    }

    private static void Tell(Connection? to, Purpose purpose, ContractInstanceId instance, byte hopsToLive)
    {
        if (to is not null)
        {
            Span<byte> message = stackalloc byte[SubscriptionMessage.Length];
            new SubscriptionMessage(purpose, instance, hopsToLive).Write(message);
            to.TryQueueMessage(message, out _);
        }
    }

    private sealed class Subscription
    {
        public HashSet<Connection> Followers { get; } = [];

        public int Local { get; set; }

        public required byte HopsToLive { get; set; }

        public Connection? Upstream { get; set; }
    }
}
