namespace FastPath.Cli.Bench.Small;

/// <summary>The same number of round trips on each way, one block right after the other.</summary>
/// <param name="On">Between nodes that stream.</param>
/// <param name="Off">Between nodes that do not.</param>
/// <param name="Echo">Of bare sealed datagrams.</param>
internal sealed record SmallRound(RequestTimes On, RequestTimes Off, RequestTimes Echo)
{
    public double OnToOff => On.P50 / Off.P50;

    public double OnToEcho => On.P50 / Echo.P50;
}
