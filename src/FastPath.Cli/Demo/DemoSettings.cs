using FastPath.Options;

namespace FastPath.Cli.Demo;

/// <param name="Size">Bytes of code and state together.</param>
/// <param name="Hops">Links: three are four nodes, two of them relays.</param>
/// <param name="Loss">Chance that a link loses a datagram.</param>
/// <param name="Reorder">Chance that a link holds a datagram back behind later ones.</param>
/// <param name="Seed">Makes contract and impairment the same again.</param>
/// <param name="Options">Of every node.</param>
internal sealed record DemoSettings(long Size, int Hops, double Loss, double Reorder, ulong Seed, FastPathOptions Options);
