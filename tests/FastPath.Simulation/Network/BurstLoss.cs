namespace FastPath.Simulation.Network;

/// <summary>The two states of a Gilbert-Elliott channel; chances are a datagram's.</summary>
/// <param name="GoodToBad">A burst begins.</param>
/// <param name="BadToGood">It ends: one in its mean length.</param>
/// <param name="LossWhenBad">A datagram of a burst is lost.</param>
internal sealed record BurstLoss(double GoodToBad, double BadToGood, double LossWhenBad = 1);
