namespace FastPath.Benchmarks.PerCommit;

/// <summary>A measurement of the command line that both commits run.</summary>
/// <param name="Name">Of the measurement.</param>
/// <param name="Arguments">Behind <c>bench</c>.</param>
/// <param name="Figures">What is compared.</param>
internal sealed record CommitMeasurement(string Name, string[] Arguments, Figure[] Figures)
{
    private static readonly Figure[] Transfer =
    [
        new("goodput_mb_s", FigureKind.Rate),
        new("cpu_s_per_gb", FigureKind.Time),
        new("allocated_bytes_per_fragment", FigureKind.Allocation),
    ];

    /// <summary>A second or two each.</summary>
    public static IReadOnlyList<CommitMeasurement> Suite { get; } =
    [
        new("throughput", ["throughput", "--bytes", "500MB", "--mtu", "1452", "--warm", "--runs", "1", "--limits", "off"],
        [
            .. Transfer, new("syscalls", FigureKind.Calls, "bytes"), new("packets", FigureKind.Packets, "bytes"),
        ]),
        new("relay", ["relay", "--size", "10MB", "--hops", "3", "--runs", "3", "--limits", "off"],
        [
            .. Transfer, new("syscalls", FigureKind.Calls, "size_bytes"), new("packets", FigureKind.Packets, "size_bytes"),
        ]),
        new("small", ["small", "--count", "3000"],
        [
            new("streaming_on.rtt_us_p50", FigureKind.Time),
            new("allocated_bytes_per_request", FigureKind.Allocation),
            new("packets_per_request", FigureKind.Packets),
        ]),
        new("latency", ["latency", "--hops", "3", "--count", "300"], [new("first_byte_us_p50", FigureKind.Time)]),
    ];

    /// <summary>Only what counts.</summary>
    public static IReadOnlyList<CommitMeasurement> SuiteShort { get; } =
        [.. Suite.Where(measurement => measurement.Figures.Any(figure => figure.Kind is not (FigureKind.Time or FigureKind.Rate)))];
}
