namespace FastPath.Sockets.Tests.Impairment;

/// <summary>A clock that a test moves by hand; one tick is 100 ns.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Advance(TimeSpan span) => _now += span.Ticks;
}
