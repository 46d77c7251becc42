namespace FastPath.Protocol.Randomness;

/// <summary>Where the core gets its chance from: the operating system in production, a seed in a simulation.</summary>
internal interface IRandomSource
{
    void Fill(Span<byte> destination);
}
