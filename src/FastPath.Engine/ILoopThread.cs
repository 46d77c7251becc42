namespace FastPath.Engine;

/// <summary>A thread that turns loops.</summary>
internal interface ILoopThread
{
    /// <summary>Whoever asks runs on it.</summary>
    bool IsCurrent { get; }

    /// <summary>Turns this loop too, until it wants to stop.</summary>
    /// <exception cref="Sockets.DatagramSocketException">The process has no descriptor left.</exception>
    void Add(EngineLoop loop);

    /// <summary>Something was handed over: it does not sleep on. From any thread, after a full fence.</summary>
    void Nudge();

    /// <summary>The first bytes of something have left, and whoever waits for them may run here; on the thread alone.</summary>
    /// <returns>True when the loop shall end its pass for that.</returns>
    bool GivesWay();
}
