using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>One of several loops on a thread, and when it is to have its turn again.</summary>
internal sealed class SharedLoop(EngineLoop loop)
{
    private bool _hasMore = true;
    private Instant _restingSince = MonotonicClock.Now;

    /// <summary>It wanted to stop, and has.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>When it has something to do although nothing comes for it; only its own passes change that.</summary>
    public Instant RestsUntil { get; private set; }

    /// <summary>Something has come for it, or is left of its last pass.</summary>
    public bool IsBusy => _hasMore || loop.IsStopping || loop.HasTasks || loop.HasDeferred || loop.Socket.HasArrived;

    /// <inheritdoc cref="EngineLoop.ConfirmLeft"/>
    public void ConfirmLeft() => loop.ConfirmLeft();

    /// <summary>A pass, when there is something to do.</summary>
    /// <param name="now">Of the round: of many loops that rest none asks the clock.</param>
    /// <returns>True when there is more to do at once.</returns>
    public bool RunPass(Instant now)
    {
        if (loop.IsStopping)
        {
            HasLeft = true;
            loop.Leave();
            return true;
        }

        if (!IsBusy && now < RestsUntil)
        {
            return false;
        }

        if (!_hasMore)
        {
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
            TimeSpan rest = loop.Socket.Rest(loop.UntilNextTimeout(_restingSince));
            RestsUntil = _restingSince + Duration.FromTimeSpan(rest);
        }

        return _hasMore;
    }
}
