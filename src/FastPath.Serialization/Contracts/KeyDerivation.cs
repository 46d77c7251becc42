using System.Buffers;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Contracts;

/// <summary>
/// How keys come about: the code hash is BLAKE3 of the code, the instance is BLAKE3 of code hash and parameters.
/// Contracts and delegates alike.
/// </summary>
internal static class KeyDerivation
{
    private const int PieceLength = 64 * 1_024;

    public static CodeHash HashCode(IBody code)
    {
        var hasher = new Blake3Hasher();
        Span<byte> digest = stackalloc byte[Blake3Hasher.DigestBytes];
        Feed(hasher, code);
        hasher.Finish(digest);
        return CodeHash.Read(digest);
    }

    /// <summary>Writes the 32 bytes of the instance.</summary>
    public static void HashInstance(CodeHash code, IBody parameters, Span<byte> instance)
    {
        var hasher = new Blake3Hasher();
        Span<byte> codeBytes = stackalloc byte[CodeHash.Length];
        code.Write(codeBytes);
        hasher.Update(codeBytes);
        Feed(hasher, parameters);
        hasher.Finish(instance[..Blake3Hasher.DigestBytes]);
    }

    private static void Feed(Blake3Hasher hasher, IBody body)
    {
        if (body is MemoryBody memory)
        {
            hasher.Update(memory.Bytes.Span);
            return;
        }

        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            for (long offset = 0; offset < body.Length;)
            {
                Span<byte> part = piece.AsSpan(0, (int)Math.Min(PieceLength, body.Length - offset));
                body.Read(offset, part);
                hasher.Update(part);
                offset += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
