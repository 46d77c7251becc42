using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>The two states of a Gilbert-Elliott channel, as times: a burst ends whether or not anybody sends.</summary>
/// <param name="MeanGood">Between bursts, on average; exponentially distributed, as is the length of a burst.</param>
/// <param name="MeanBad">How long a burst lasts on average.</param>
/// <param name="LossWhenBad">Chance that a datagram of a burst is lost.</param>
internal sealed record BurstLoss(Duration MeanGood, Duration MeanBad, double LossWhenBad = 1);
