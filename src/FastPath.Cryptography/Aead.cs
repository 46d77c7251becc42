using System.Runtime.InteropServices;

namespace FastPath.Cryptography;

/// <summary>Sealing and opening in place, under keys that lie in the caller's own memory.</summary>
/// <remarks>
/// A key object of the library takes four memory maps and locked pages, so a process ends near 16,000 of them; a connection
/// needs four to six. The bytes and the speed are the same.
/// </remarks>
internal static class Aead
{
    static Aead()
    {
        // Chooses the implementations for this processor; a second call does nothing.
        if (Sodium.Initialize() < 0)
        {
            throw new PlatformNotSupportedException("libsodium could not be initialized");
        }
    }

    public static int KeyLength(AeadKind kind) => kind == AeadKind.Aegis128L ? 16 : 32;

    public static int NonceLength(AeadKind kind) => kind == AeadKind.Aegis128L ? 16 : 12;

    public static int TagLength(AeadKind kind) => kind == AeadKind.Aegis128L ? 32 : 16;

    /// <summary>Seals all but the last <see cref="TagLength"/> bytes of the body, and writes the tag there.</summary>
    public static void Seal(
        AeadKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> body)
    {
        Require(kind, key, nonce, associatedData, body);

        // SAFETY: lengths were checked; libsodium reads keys, nonces and associated data only, and works in place when
        // input and output begin at the same address.
        ref byte bytes = ref MemoryMarshal.GetReference(body);
        ref byte data = ref MemoryMarshal.GetReference(associatedData);
        ref byte n = ref MemoryMarshal.GetReference(nonce);
        ref byte k = ref MemoryMarshal.GetReference(key);
        ulong length = (ulong)(body.Length - TagLength(kind));
        ulong dataLength = (ulong)associatedData.Length;
        _ = kind switch
        {
            AeadKind.Aegis128L => Sodium.SealAegis128L(ref bytes, 0, ref bytes, length, ref data, dataLength, 0, ref n, ref k),
            AeadKind.Aes256Gcm => Sodium.SealAes256Gcm(ref bytes, 0, ref bytes, length, ref data, dataLength, 0, ref n, ref k),
            _ => Sodium.SealChaCha20Poly1305(ref bytes, 0, ref bytes, length, ref data, dataLength, 0, ref n, ref k),
        };
    }

    /// <returns>False when the body is not authentic; its content is undefined then.</returns>
    public static bool TryOpen(
        AeadKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> body)
    {
        Require(kind, key, nonce, associatedData, body);

        // SAFETY: as for sealing; the output is shorter than the input by the tag.
        ref byte bytes = ref MemoryMarshal.GetReference(body);
        ref byte data = ref MemoryMarshal.GetReference(associatedData);
        ref byte n = ref MemoryMarshal.GetReference(nonce);
        ref byte k = ref MemoryMarshal.GetReference(key);
        ulong length = (ulong)body.Length;
        ulong dataLength = (ulong)associatedData.Length;
        int result = kind switch
        {
            AeadKind.Aegis128L => Sodium.OpenAegis128L(ref bytes, 0, 0, ref bytes, length, ref data, dataLength, ref n, ref k),
            AeadKind.Aes256Gcm => Sodium.OpenAes256Gcm(ref bytes, 0, 0, ref bytes, length, ref data, dataLength, ref n, ref k),
            _ => Sodium.OpenChaCha20Poly1305(ref bytes, 0, 0, ref bytes, length, ref data, dataLength, ref n, ref k),
        };
        return result == 0;
    }

    private static void Require(
        AeadKind kind, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> body)
    {
        if (key.Length != KeyLength(kind) || nonce.Length != NonceLength(kind) || body.Length < TagLength(kind) || associatedData.IsEmpty)
        {
            throw new ArgumentException("A key, nonce, body or associated data is of the wrong length.");
        }
    }
}
