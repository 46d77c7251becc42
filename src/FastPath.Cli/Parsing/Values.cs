using System.CommandLine;
using System.Net;
using FastPath.Serialization.Contracts;

namespace FastPath.Cli.Parsing;

/// <summary>Values of options as the library has them; what is no such value ends the command and names the option.</summary>
internal static class Values
{
    public static PeerEndpoint Address(string option, string text) =>
        PeerEndpoint.TryParse(text, out PeerEndpoint? peer, out string? error)
            ? peer
            : throw new CommandException(ExitCode.Usage, $"{option} {error}");

    public static IPEndPoint EndPoint(string option, string text) =>
        PeerEndpoint.TryParseEndPoint(text, out IPEndPoint? endPoint, out string? error)
            ? endPoint
            : throw new CommandException(ExitCode.Usage, $"{option} {error}");

    public static ReadOnlyMemory<byte> PublicKey(string option, string text) =>
        Base58.TryDecode(text, out byte[]? key) && key.Length == 32
            ? key
            : throw new CommandException(ExitCode.Usage, $"{option} '{text}': not a public key (32 bytes in base58)");

    public static ContractInstanceId Key(string text) => ContractInstanceId.TryParse(text, out ContractInstanceId id)
        ? id
        : throw new CommandException(ExitCode.Usage, $"'{text}': not a contract key (32 bytes in base58)");

    public static bool Switch(ParseResult parse, Option<string> option) => parse.GetValue(option) switch
    {
        "on" => true,
        "off" => false,
        var other => throw new CommandException(ExitCode.Usage, $"{option.Name} '{other}': expected on or off"),
    };

    public static double Percent(ParseResult parse, Option<double> option)
    {
        double value = parse.GetValue(option);
        return value is >= 0 and < 100
            ? value / 100
            : throw new CommandException(ExitCode.Usage, $"{option.Name} {value}: expected a percentage from 0 to below 100");
    }

    public static int InRange(ParseResult parse, Option<int> option, int min, int max)
    {
        int value = parse.GetValue(option);
        return value >= min && value <= max
            ? value
            : throw new CommandException(ExitCode.Usage, $"{option.Name} {value}: expected {min} to {max}");
    }

    public static long SizeInRange(ParseResult parse, Option<string> option, long min, long max)
    {
        long value = Sizes.Parse(option.Name, parse.GetValue(option)!);
        return value >= min && value <= max
            ? value
            : throw new CommandException(ExitCode.Usage, $"{option.Name} {value}: expected {min} to {max} bytes");
    }

    /// <summary>The wildcard address of the family that reaches the peer.</summary>
    public static IPEndPoint AnyFor(PeerEndpoint peer) => new(
        peer.EndPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
}
