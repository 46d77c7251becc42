using System.Diagnostics.CodeAnalysis;
using System.Net;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Contracts;

namespace FastPath;

/// <summary>A peer's address in the form <c>PUBLICKEY@HOST:PORT</c>: key in base58, IPv6 hosts in brackets.</summary>
/// <param name="PublicKey">32 bytes.</param>
/// <param name="EndPoint">Where its node listens.</param>
public sealed record PeerEndpoint(ReadOnlyMemory<byte> PublicKey, IPEndPoint EndPoint)
{
    internal PeerKey Key => PeerKey.Read(PublicKey.Span);

    /// <summary>Reads the text form; false with the reason when it is not one.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out PeerEndpoint? peer, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        peer = null;
        error = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            error = $"'{text}': expected PUBLICKEY@HOST:PORT";
        }
        else if (!Base58.TryDecode(text[..at], out byte[]? key) || key.Length != PeerKey.Length)
        {
            error = $"'{text[..at]}': not a public key (32 bytes in base58)";
        }
        else if (!TryParseEndPoint(text[(at + 1)..], out IPEndPoint? endPoint, out error))
        {
            return false;
        }
        else
        {
            peer = new PeerEndpoint(key, endPoint);
        }

        return peer is not null;
    }

    /// <summary>Reads <c>HOST:PORT</c>; <c>localhost</c> is the IPv4 loopback.</summary>
    public static bool TryParseEndPoint(
        string text, [NotNullWhen(true)] out IPEndPoint? endPoint, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = null;
        string numeric = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text[9..] : text;
        if (!IPEndPoint.TryParse(numeric, out endPoint) || !numeric.Contains(':', StringComparison.Ordinal))
        {
            error = $"'{text}': expected HOST:PORT with a numeric address (IPv6 in brackets)";
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Base58.Encode(PublicKey.Span)}@{EndPoint}";
}
