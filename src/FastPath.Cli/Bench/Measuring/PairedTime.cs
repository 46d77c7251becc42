namespace FastPath.Cli.Bench.Measuring;

/// <summary>Medians of two blocks, one right after the other, microseconds.</summary>
internal readonly record struct PairedTime(double Tested, double Reference);
