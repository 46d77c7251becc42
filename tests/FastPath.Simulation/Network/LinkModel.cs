using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What a simulated path does to datagrams; probabilities are in [0, 1].</summary>
internal sealed record LinkModel
{
    public Duration Delay { get; init; } = Duration.FromMilliseconds(10);

    /// <summary>Added at random; more than the spacing of datagrams reorders them.</summary>
    public Duration Jitter { get; init; } = Duration.Zero;

    public double Loss { get; init; }

    /// <summary>Losses that come in bursts, beside <see cref="Loss"/>.</summary>
    public BurstLoss? Bursts { get; init; }

    /// <summary>Losses in bursts that are counted by datagrams instead of time, beside the others.</summary>
    public PacketBurstLoss? PacketBursts { get; init; }

    /// <summary>Longest datagram that passes; longer ones vanish without a word. 0 for no limit.</summary>
    public int MtuBytes { get; init; }

    /// <summary>What is longer than <see cref="MtuBytes"/> is refused by the sender's own system instead.</summary>
    public bool RefusesLonger { get; init; }

    public double Duplication { get; init; }

    /// <summary>Chance that a datagram is late by <see cref="ReorderingDelay"/>, so that those behind it overtake.</summary>
    public double Reordering { get; init; }

    public Duration ReorderingDelay { get; init; } = Duration.FromMilliseconds(5);

    /// <summary>Bytes a second; 0 for no limit.</summary>
    public long RateBytesPerSecond { get; init; }

    /// <summary>Bytes that wait for the link at most; more are dropped at the tail.</summary>
    public long QueueBytes { get; init; } = 1_000_000;

    /// <summary>Bytes a second that pass a policer in front of the link, which drops what is more and delays nothing; 0 for none.</summary>
    public long PolicerBytesPerSecond { get; init; }

    /// <summary>What passes the policer at once after a pause.</summary>
    public long PolicerBurstBytes { get; init; } = 30_000;

    public QueueDiscipline Discipline { get; init; } = QueueDiscipline.DropTail;

    /// <summary>A queue that controls its delay marks datagrams that leave as ECN-capable instead of dropping them.</summary>
    public bool MarksEcn { get; init; }

    /// <summary>The ECN bits are lost on the way, as old routers do it.</summary>
    public bool ClearsEcn { get; init; }

    /// <summary>Queue and bursts that several links have in common, as flows over one bottleneck do; null for a link of its own.</summary>
    public LinkState? Shared { get; init; }

    /// <summary>Chance that one bit is flipped.</summary>
    public double Corruption { get; init; }
}
