using FastPath.Fuzz;

namespace FastPath.Protocol.Tests.Fuzzing;

/// <summary>A target that does what a test wants.</summary>
internal sealed class SampleTarget(Func<ReadOnlySpan<byte>, ulong> run) : IFuzzTarget
{
    public string Name => "sample";

    public long AllocatedBytesMax => 16 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => [];

    public ulong Run(ReadOnlySpan<byte> input) => run(input);
}
