using FastPath.Protocol.Congestion;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Transfers;

/// <summary>Everything that a seed decides about one transfer.</summary>
internal sealed record TransferPlan
{
    public const int SizeMax = 4 * 1_024 * 1_024;
    private const double LossMax = 0.2;

    // Payload of a full datagram, and how many datagrams a fragment costs on its hop with what is acknowledged.
    private const double FragmentBytes = 1_130;
    private const double DatagramsPerFragment = 1.3;

    public required ulong Seed { get; init; }

    public required int Size { get; init; }

    public required int MetadataBytes { get; init; }

    public required bool AnnouncesLength { get; init; }

    /// <summary>The source asks before it sends; the length is announced then.</summary>
    public required bool IsOffered { get; init; }

    /// <summary>The source wants to hear what the destination has done with the payload.</summary>
    public required bool WantsDelivery { get; init; }

    /// <summary>One model a hop, the same both ways.</summary>
    public required IReadOnlyList<LinkModel> Links { get; init; }

    public required CongestionAlgorithm Congestion { get; init; }

    public required Fault Fault { get; init; }

    public int Hops => Links.Count;

    public static TransferPlan Of(ulong seed)
    {
        var random = new SeededRandom(seed);
        int hops = 1 + random.NextInt32(4);
        int size = (int)Math.Exp(random.NextDouble() * Math.Log(SizeMax + 2)) - 1;
        double loss = random.NextChance(0.25) ? 0 : random.NextDouble() * LossMax;
        Fault fault = random.NextChance(0.5) ? FaultOf(random, hops, size) : Fault.None;
        return new TransferPlan
        {
            Seed = seed,
            Size = size,
            MetadataBytes = random.NextInt32(257),
            AnnouncesLength = random.NextChance(0.7),
            IsOffered = random.NextChance(0.25) && fault.Kind != FaultKind.WriterStalls,
            WantsDelivery = random.NextChance(0.5),
            Links = [.. Enumerable.Range(0, hops).Select(_ => LinkOf(random, loss))],
            Congestion = random.NextInt32(3) switch
            {
                0 => CongestionAlgorithm.Cubic,
                1 => CongestionAlgorithm.Bbr,
                _ => CongestionAlgorithm.Ledbat,
            },
            Fault = fault,
        };
    }

    public override string ToString() =>
        $"seed {Seed}: {Size} bytes {(IsOffered ? "offered " : "")}over {Hops} hops, {Congestion}, loss {Links.Max(link => link.Loss):P0}, {Fault}";

    private static LinkModel LinkOf(SeededRandom random, double loss)
    {
        double delay = Logarithmic(random, 0.1, 50);
        return new LinkModel
        {
            Delay = Duration.FromMilliseconds(delay),
            Jitter = random.NextChance(0.5) ? Duration.FromMilliseconds(delay * random.NextDouble()) : Duration.Zero,
            Loss = loss,
            Duplication = random.NextChance(0.5) ? random.NextDouble() * 0.1 : 0,
            Reordering = random.NextChance(0.5) ? random.NextDouble() * 0.1 : 0,
            ReorderingDelay = Duration.FromMilliseconds(Logarithmic(random, 0.1, 30)),
            Corruption = random.NextChance(0.5) ? random.NextDouble() * 0.02 : 0,
            RateBytesPerSecond = random.NextChance(0.5) ? (long)Logarithmic(random, 250_000, 50_000_000) : 0,
            QueueBytes = (long)Logarithmic(random, 20_000, 1_000_000),
        };
    }

    private static Fault FaultOf(SeededRandom random, int hops, int size)
    {
        var kind = (FaultKind)(1 + random.NextInt32((int)FaultKind.PartitionLasts));
        bool isLink = kind is FaultKind.PartitionHeals or FaultKind.PartitionLasts;
        long datagrams = (long)(hops * (3 + (size / FragmentBytes * DatagramsPerFragment)));
        return new Fault(
            kind,
            random.NextInt32(isLink ? hops : hops + 1),
            random.NextInt64(datagrams + 1),
            random.NextInt64(size + 1),
            LengthOf(random, kind));
    }

    /// <summary>Half of them pass before any deadline, the others come near to one or last.</summary>
    private static Duration? LengthOf(SeededRandom random, FaultKind kind)
    {
        bool mayLast = kind is FaultKind.ReaderStalls or FaultKind.WriterStalls;
        bool isShort = random.NextChance(0.5);
        bool lasts = random.NextChance(0.4);
        double seconds = isShort ? Logarithmic(random, 0.001, 15) : 15 + (random.NextDouble() * 75);
        return kind is FaultKind.Crash or FaultKind.PartitionLasts || (mayLast && !isShort && lasts)
            ? null
            : Duration.FromSeconds(seconds);
    }

    private static double Logarithmic(SeededRandom random, double from, double to) =>
        from * Math.Exp(random.NextDouble() * Math.Log(to / from));
}
