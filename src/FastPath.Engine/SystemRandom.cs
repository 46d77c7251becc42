using System.Security.Cryptography;
using FastPath.Protocol.Randomness;

namespace FastPath.Engine;

/// <summary>Chance from the operating system: for keys, indices and everything a peer must not guess.</summary>
internal sealed class SystemRandom : IRandomSource
{
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
