using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>One of several loops on a thread, and when it is to have its turn again.</summary>
internal sealed class SharedLoop(EngineLoop loop)
{
    private bool _hasMore = true;
    private Instant _restingSince = MonotonicClock.Now;
    private Instant _restsUntil;

    /// <summary>It wanted to stop, and has.</summary>
    public bool HasLeft { get; private set; }

    /// <inheritdoc cref="EngineLoop.ConfirmLeft"/>
    public void ConfirmLeft() => loop.ConfirmLeft();

    /// <summary>A pass, when there is something to do.</summary>
    /// <returns>True when there is more to do at once.</returns>
    public bool RunPass()
    {
        if (loop.IsStopping)
        {
            HasLeft = true;
            loop.Leave();
            return true;
        }

        Instant now = MonotonicClock.Now;
        if (!_hasMore)
        {
            if (!loop.HasTasks && !loop.HasDeferred && !loop.Socket.HasArrived && now < _restsUntil)
            {
                return false;
            }

            loop.OnWaited(now - _restingSince);
        }

        do
        {
            _hasMore = loop.RunPass();
        }
        while (loop.Socket.HoldsReceived);

        if (!_hasMore)
        {
            _restingSince = MonotonicClock.Now;
            MayRestFor(_restingSince);
        }

        return _hasMore;
    }

    /// <summary>How long there is nothing to do unless something comes.</summary>
    public TimeSpan MayRestFor(Instant now)
    {
        bool isBusy = _hasMore || loop.HasDeferred || loop.Socket.HasArrived;
        TimeSpan rest = isBusy ? TimeSpan.Zero : loop.Socket.Rest(loop.UntilNextTimeout());
        _restsUntil = now + Duration.FromTimeSpan(rest);
        return rest;
    }
}
