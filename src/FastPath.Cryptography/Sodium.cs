using System.Runtime.InteropServices;

namespace FastPath.Cryptography;

/// <summary>The functions of libsodium that seal and open packets.</summary>
/// <remarks>
/// SAFETY: the signatures are those of libsodium's crypto_aead headers. Every reference is pinned over the call by the
/// generated code; what it points at is at least as long as <see cref="Aead"/>, the only caller, has checked.
/// </remarks>
internal static partial class Sodium
{
    private const string Library = "libsodium";

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    internal static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_aead_aegis128l_encrypt")]
    internal static partial int SealAegis128L(
        ref byte output, nint outputLength, ref byte input, ulong inputLength, ref byte data, ulong dataLength, nint unused, ref byte nonce, ref byte key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aegis128l_decrypt")]
    internal static partial int OpenAegis128L(
        ref byte output, nint outputLength, nint unused, ref byte input, ulong inputLength, ref byte data, ulong dataLength, ref byte nonce, ref byte key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_encrypt")]
    internal static partial int SealAes256Gcm(
        ref byte output, nint outputLength, ref byte input, ulong inputLength, ref byte data, ulong dataLength, nint unused, ref byte nonce, ref byte key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_decrypt")]
    internal static partial int OpenAes256Gcm(
        ref byte output, nint outputLength, nint unused, ref byte input, ulong inputLength, ref byte data, ulong dataLength, ref byte nonce, ref byte key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    internal static partial int SealChaCha20Poly1305(
        ref byte output, nint outputLength, ref byte input, ulong inputLength, ref byte data, ulong dataLength, nint unused, ref byte nonce, ref byte key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    internal static partial int OpenChaCha20Poly1305(
        ref byte output, nint outputLength, nint unused, ref byte input, ulong inputLength, ref byte data, ulong dataLength, ref byte nonce, ref byte key);
}
