using System.Security.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>The handshake Noise_IK_25519_ChaChaPoly_SHA256, as one state machine for either side.</summary>
/// <remarks>
/// <code>
///   &lt;- s
///   -&gt; e, es, s, ss
///   &lt;- e, ee, se
/// </code>
/// Bytes of the peer never throw. An attacker who knows the responder's public key can make it spend two agreements a
/// message; the endpoint limits how often.
/// </remarks>
internal sealed class NoiseIkHandshake : IDisposable
{
    /// <summary>Ephemeral key, sealed static key and the payload's tag.</summary>
    public const int MessageOneOverhead = KeyLength + KeyLength + TagLength + TagLength;

    /// <summary>Ephemeral key and the payload's tag.</summary>
    public const int MessageTwoOverhead = KeyLength + TagLength;

    private const int KeyLength = StaticKeyPair.KeyLength;
    private const int TagLength = NoiseCipherState.TagLength;

    private readonly NoiseSymmetricState _symmetric = new("Noise_IK_25519_ChaChaPoly_SHA256"u8);
    private readonly StaticKeyPair _local;
    private readonly StaticKeyPair _ephemeral;
    private readonly bool _isInitiator;
    private readonly byte[] _remoteStatic = new byte[KeyLength];
    private readonly byte[] _remoteEphemeral = new byte[KeyLength];

    private NoiseIkHandshake(
        bool isInitiator,
        ReadOnlySpan<byte> prologue,
        StaticKeyPair local,
        ReadOnlySpan<byte> responderStatic,
        ReadOnlySpan<byte> ephemeralPrivate)
    {
        _isInitiator = isInitiator;
        _local = local;
        _ephemeral = StaticKeyPair.FromPrivateKey(ephemeralPrivate);
        _symmetric.MixHash(prologue);
        _symmetric.MixHash(responderStatic);
    }

    /// <summary>The peer's proven static key: known to the initiator, learnt by the responder from message 1.</summary>
    public ReadOnlySpan<byte> RemoteStaticKey => _remoteStatic;

    public ReadOnlySpan<byte> HandshakeHash => _symmetric.Hash;

    public static NoiseIkHandshake Initiator(
        ReadOnlySpan<byte> prologue,
        StaticKeyPair local,
        ReadOnlySpan<byte> remoteStatic,
        ReadOnlySpan<byte> ephemeralPrivate)
    {
        var handshake = new NoiseIkHandshake(true, prologue, local, remoteStatic, ephemeralPrivate);
        remoteStatic.CopyTo(handshake._remoteStatic);
        return handshake;
    }

    public static NoiseIkHandshake Responder(
        ReadOnlySpan<byte> prologue, StaticKeyPair local, ReadOnlySpan<byte> ephemeralPrivate) =>
        new(false, prologue, local, local.PublicKey, ephemeralPrivate);

    /// <summary>Writes message 1 (initiator) or 2 (responder).</summary>
    /// <returns>False when an agreement with the peer's key is all zero: a key of small order.</returns>
    public bool TryWriteMessage(ReadOnlySpan<byte> payload, Span<byte> destination, out int length)
    {
        length = KeyLength;
        _ephemeral.PublicKey.CopyTo(destination);
        _symmetric.MixHash(_ephemeral.PublicKey);
        if (_isInitiator)
        {
            if (!TryMix(_ephemeral, _remoteStatic))
            {
                return false;
            }

            length += _symmetric.EncryptAndHash(_local.PublicKey, destination[length..]);
            if (!TryMix(_local, _remoteStatic))
            {
                return false;
            }
        }
        else if (!TryMix(_ephemeral, _remoteEphemeral) || !TryMix(_ephemeral, _remoteStatic))
        {
            return false;
        }

        length += _symmetric.EncryptAndHash(payload, destination[length..]);
        return true;
    }

    /// <summary>Reads the peer's message; false when it is too short or not authentic.</summary>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload, out int payloadLength)
    {
        payloadLength = 0;
        int overhead = _isInitiator ? MessageTwoOverhead : MessageOneOverhead;
        if (message.Length < overhead)
        {
            return false;
        }

        message[..KeyLength].CopyTo(_remoteEphemeral);
        _symmetric.MixHash(_remoteEphemeral);
        ReadOnlySpan<byte> rest = message[KeyLength..];
        if (_isInitiator)
        {
            if (!TryMix(_ephemeral, _remoteEphemeral) || !TryMix(_local, _remoteEphemeral))
            {
                return false;
            }
        }
        else
        {
            ReadOnlySpan<byte> sealedStatic = rest[..(KeyLength + TagLength)];
            rest = rest[sealedStatic.Length..];
            if (!TryMix(_local, _remoteEphemeral)
                || !_symmetric.TryDecryptAndHash(sealedStatic, _remoteStatic)
                || !TryMix(_local, _remoteStatic))
            {
                return false;
            }
        }

        if (!_symmetric.TryDecryptAndHash(rest, payload))
        {
            return false;
        }

        payloadLength = message.Length - overhead;
        return true;
    }

    /// <summary>The transport secrets, 32 bytes each; only after both messages.</summary>
    public void Split(Span<byte> initiatorToResponder, Span<byte> responderToInitiator) =>
        _symmetric.Split(initiatorToResponder, responderToInitiator);

    public void Dispose()
    {
        _ephemeral.Dispose();
        _symmetric.Dispose();
    }

    private bool TryMix(StaticKeyPair mine, ReadOnlySpan<byte> theirs)
    {
        Span<byte> secret = stackalloc byte[KeyLength];
        if (!mine.TryAgree(theirs, secret))
        {
            return false;
        }

        _symmetric.MixKey(secret);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }
}
