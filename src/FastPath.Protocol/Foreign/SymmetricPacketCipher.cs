using System.Buffers.Binary;
using System.Security.Cryptography;
using FastPath.Serialization.Foreign;

namespace FastPath.Protocol.Foreign;

/// <summary>Seals and opens the symmetric packets of the foreign wire under one AES-128-GCM key.</summary>
/// <remarks>
/// Layout: 02, nonce 12, ciphertext, tag 16; no associated data. Nonce: 4 bytes that are constant for a sender, then a
/// counter u64 little-endian. For analysis and interoperability tests: no socket ever sees these packets.
/// </remarks>
internal sealed class SymmetricPacketCipher(SymmetricKey key) : IDisposable
{
    public const byte PacketType = 2;
    public const int NoncePrefixLength = ForeignSizes.NonceLength - sizeof(ulong);
    public const int Overhead = ForeignSizes.PacketTypeLength + ForeignSizes.NonceLength + ForeignSizes.TagLength;

    private const int CiphertextStart = ForeignSizes.PacketTypeLength + ForeignSizes.NonceLength;

    private readonly AesGcm _aes = Create(key);

    /// <summary>Writes one packet; returns its length.</summary>
    /// <param name="noncePrefix">4 bytes.</param>
    /// <param name="counter">Never used twice with one prefix and key.</param>
    /// <param name="plaintext">At most 1,171 bytes.</param>
    /// <param name="packet">Room for the plaintext and 29 bytes.</param>
    public int Seal(ReadOnlySpan<byte> noncePrefix, ulong counter, ReadOnlySpan<byte> plaintext, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(noncePrefix.Length, NoncePrefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, ForeignSizes.PlaintextMax, nameof(plaintext));
        int length = plaintext.Length + Overhead;
        packet = packet[..length];
        packet[0] = PacketType;
        Span<byte> nonce = packet[ForeignSizes.PacketTypeLength..CiphertextStart];
        noncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[NoncePrefixLength..], counter);
        _aes.Encrypt(
            nonce, plaintext, packet[CiphertextStart..^ForeignSizes.TagLength], packet[^ForeignSizes.TagLength..]);
        return length;
    }

    /// <summary>False when it is no such packet, too long, or not authentic; the plaintext is then undefined.</summary>
    /// <param name="packet">As received.</param>
    /// <param name="plaintext">Room for the packet without its 29 bytes.</param>
    /// <param name="length">Bytes of plaintext.</param>
    public bool TryOpen(ReadOnlySpan<byte> packet, Span<byte> plaintext, out int length)
    {
        length = 0;
        if (packet.Length is < Overhead or > ForeignSizes.ReceivedPacketMax || packet[0] != PacketType)
        {
            return false;
        }

        ReadOnlySpan<byte> ciphertext = packet[CiphertextStart..^ForeignSizes.TagLength];
        try
        {
            _aes.Decrypt(
                packet[ForeignSizes.PacketTypeLength..CiphertextStart],
                ciphertext,
                packet[^ForeignSizes.TagLength..],
                plaintext[..ciphertext.Length]);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        length = ciphertext.Length;
        return true;
    }

    public void Dispose() => _aes.Dispose();

    private static AesGcm Create(SymmetricKey key)
    {
        Span<byte> bytes = stackalloc byte[SymmetricKey.Length];
        key.Write(bytes);
        var aes = new AesGcm(bytes, ForeignSizes.TagLength);
        CryptographicOperations.ZeroMemory(bytes);
        return aes;
    }
}
