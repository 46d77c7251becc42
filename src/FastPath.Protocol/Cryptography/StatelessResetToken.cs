using System.Buffers.Binary;
using System.Security.Cryptography;
using FastPath.Buffers.Datagrams;

namespace FastPath.Protocol.Cryptography;

/// <summary>
/// A MAC over a session index and the peer's address, under a key derived from the identity: a restarted node can still
/// make it, nobody else can, and no peer can ask for another's (decision D5).
/// </summary>
internal sealed class StatelessResetToken
{
    public const int Length = 16;
    private const int InputLength = sizeof(uint) + 16 + sizeof(ushort);

    private readonly byte[] _key = new byte[SHA256.HashSizeInBytes];

    public StatelessResetToken(ReadOnlySpan<byte> identityPrivateKey) =>
        HKDF.Expand(HashAlgorithmName.SHA256, identityPrivateKey, _key, "fastpath stateless reset"u8);

    public void Write(uint index, PeerAddress peer, Span<byte> token)
    {
        Span<byte> input = stackalloc byte[InputLength];
        BinaryPrimitives.WriteUInt32LittleEndian(input, index);
        peer.WriteOctets(input[sizeof(uint)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(input[(sizeof(uint) + 16)..], peer.Port);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, input, mac);
        mac[..Length].CopyTo(token);
    }
}
