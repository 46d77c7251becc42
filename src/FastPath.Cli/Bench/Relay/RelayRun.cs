using FastPath.Cli.Bench.Chains;
using FastPath.Cli.Bench.Measuring;

namespace FastPath.Cli.Bench.Relay;

/// <summary>One transfer through relays.</summary>
/// <param name="Usage">Of the process: every node of the chain.</param>
/// <param name="PeakBytes">Most payload bytes that each relay held.</param>
/// <param name="ReorderPeakBytes">Most bytes above a hole at each relay.</param>
internal sealed record RelayRun(ChainTransfer Transfer, Usage Usage, long[] PeakBytes, long[] ReorderPeakBytes);
