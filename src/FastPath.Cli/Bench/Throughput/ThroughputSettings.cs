using FastPath.Options;

namespace FastPath.Cli.Bench.Throughput;

/// <param name="Bytes">Of one run, over all streams.</param>
/// <param name="Processes">1: both ends in this process; 2: the receiver in another one.</param>
/// <param name="Streams">At once on each connection.</param>
/// <param name="Connections">At once, each from the one sender to a node of its own.</param>
/// <param name="Loops">Threads that the receiving nodes share; null for one each.</param>
/// <param name="IsWarm">All runs on the same connections, after an untimed one; otherwise each run on fresh connections.</param>
/// <param name="Runs">Timed; the one of median goodput is reported.</param>
/// <param name="Compares">TCP and TLS in turn with the runs.</param>
/// <param name="HasLimits">What the machine allows is measured too.</param>
/// <param name="Options">Of every node.</param>
/// <param name="Arguments">The same options for the second process.</param>
internal sealed record ThroughputSettings(
    long Bytes,
    int Processes,
    int Streams,
    int Connections,
    int? Loops,
    bool IsWarm,
    int Runs,
    bool Compares,
    bool HasLimits,
    FastPathOptions Options,
    IReadOnlyList<string> Arguments);
