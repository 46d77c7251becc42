using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>A link that changes over time: outages, another route, another rate.</summary>
internal sealed class LinkSchedule(LinkModel first)
{
    private readonly List<(Instant From, LinkModel Model)> _changes = [(Instant.Zero, first)];

    /// <summary>From then on the link is as <paramref name="model"/> says. Called in order of time.</summary>
    public LinkSchedule Then(Instant from, LinkModel model)
    {
        _changes.Add((from, model));
        return this;
    }

    /// <summary>Nothing gets through for a while; then it is as before.</summary>
    public LinkSchedule Outage(Instant from, Duration length)
    {
        LinkModel before = _changes[^1].Model;
        return Then(from, before with { Loss = 1 }).Then(from + length, before);
    }

    public LinkModel At(Instant now)
    {
        int first = 0;
        int behind = _changes.Count;
        while (behind - first > 1)
        {
            int middle = (first + behind) / 2;
            (first, behind) = _changes[middle].From <= now ? (middle, behind) : (first, middle);
        }

        return _changes[first].Model;
    }
}
