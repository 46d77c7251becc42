using System.Buffers.Binary;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>
/// BLAKE3 of the payload that answers a GET with this contract, so that an answer can announce its digest without reading the
/// content first.
/// </summary>
/// <remarks>
/// The payload is the bincode of GetStreamingPayload: key 64, option of state, option of contract. The contract is Wasm V1:
/// two variants u32, code, code hash, parameters, key. Byte strings have a u64 length in front.
/// </remarks>
internal static class PayloadDigest
{
    /// <param name="header">Where the sections lie.</param>
    /// <param name="image">Holds them.</param>
    /// <param name="hasher">Is reset.</param>
    /// <param name="block">Scratch space: how much is read at once.</param>
    public static byte[] Compute(ContractHeader header, IBody image, Blake3Hasher hasher, Span<byte> block)
    {
        Span<byte> key = stackalloc byte[ContractKey.Length];
        header.Key.Write(key);
        hasher.Reset();
        hasher.Update(key);
        hasher.Update([header.State is null ? (byte)0 : (byte)1]);
        if (header.State is { } state)
        {
            UpdateByteString(hasher, image, state, block);
        }

        hasher.Update([1]);
        Span<byte> variants = stackalloc byte[2 * sizeof(uint)];
        variants.Clear();
        hasher.Update(variants);
        UpdateByteString(hasher, image, header.Code, block);
        hasher.Update(key[ContractInstanceId.Length..]);
        UpdateByteString(hasher, image, header.Parameters, block);
        hasher.Update(key);
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        hasher.Finish(digest);
        return digest;
    }

    private static void UpdateByteString(Blake3Hasher hasher, IBody image, BodySection section, Span<byte> block)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(length, section.Length);
        hasher.Update(length);
        hasher.UpdateFrom(image, section, block);
    }
}
