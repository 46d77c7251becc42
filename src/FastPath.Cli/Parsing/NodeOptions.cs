using System.CommandLine;
using FastPath.Options;

namespace FastPath.Cli.Parsing;

/// <summary>Options that node, put, get, demo and bench share. One whose part is not built yet says so; none is ignored.</summary>
internal static class NodeOptions
{
    private static readonly Option<string> Streaming = Choice("--streaming", "on", "off, shadow, opt-in or on: the stage of the rollout");
    private static readonly Option<string> Threshold = Choice("--threshold", "64KiB", "Only payloads that are longer are streamed");
    private static readonly Option<string> Piped = Choice("--piped", "on", "on: relays pass bytes on as they come; off: each takes the whole first");
    private static readonly Option<string> Congestion = Choice("--congestion", "cubic", "cubic, bbr or ledbat (background)");
    private static readonly Option<string> Rate = Choice("--rate", "none", "not built yet");
    private static readonly Option<string> Engine = Choice("--engine", "auto", "auto, linux or saea");
    private static readonly Option<string> Cipher = Choice("--cipher", "auto", "auto, aegis128l, aes256gcm or chacha20poly1305");
    private static readonly Option<string> Mtu = Choice("--mtu", "auto", "auto or 1200: larger packets are not built yet");
    private static readonly Option<string> Cache = Choice("--cache", "on", "on: relays keep contracts that pass through them");
    private static readonly Option<string> Verify = Choice("--verify", "on", "off: do not compare the announced digest (the store verifies always)");

    private static readonly Option<int> HopsToLive = new("--hops-to-live")
    {
        Description = "Nodes that a GET may be passed through, one behind the other",
        DefaultValueFactory = _ => 10,
    };

    private static readonly Option<int> Retries = new("--retries")
    {
        Description = "Attempts in a row that may bring nothing new before a broken transfer has failed; 0: the first break is the end",
        DefaultValueFactory = _ => new RetryBudget().AttemptsWithoutProgress,
    };

    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [Streaming, Threshold, Piped, Congestion, Rate, Engine, Cipher, Mtu, Cache, Verify, HopsToLive, Retries])
        {
            command.Add(option);
        }
    }

    public static FastPathOptions Read(ParseResult parse)
    {
        RequireBuilt(parse, Rate, "none");
        RequireBuilt(parse, Mtu, "auto", "1200");
        return new FastPathOptions
        {
            Streaming = parse.GetValue(Streaming) switch
            {
                "off" => FastPathStreaming.Off,
                "shadow" => FastPathStreaming.Shadow,
                "opt-in" => FastPathStreaming.OptIn,
                "on" => FastPathStreaming.On,
                var other => throw new CommandException(ExitCode.Usage, $"--streaming '{other}': expected off, shadow, opt-in or on"),
            },
            StreamingThresholdBytes = Sizes.Parse("--threshold", parse.GetValue(Threshold)!),
            PipedForwarding = Values.Switch(parse, Piped),
            Cache = Values.Switch(parse, Cache),
            Verify = Values.Switch(parse, Verify),
            HopsToLive = Values.InRange(parse, HopsToLive, 1, 255),
            Retry = new RetryBudget { AttemptsWithoutProgress = Values.InRange(parse, Retries, 0, 1_000_000) },
            Engine = parse.GetValue(Engine) switch
            {
                "auto" => FastPathEngine.Auto,
                "linux" => FastPathEngine.Linux,
                "saea" => FastPathEngine.Saea,
                var other => throw new CommandException(ExitCode.Usage, $"--engine '{other}': expected auto, linux or saea"),
            },
            Congestion = parse.GetValue(Congestion) switch
            {
                "cubic" => FastPathCongestion.Cubic,
                "bbr" => FastPathCongestion.Bbr,
                "ledbat" => FastPathCongestion.Ledbat,
                var other => throw new CommandException(ExitCode.Usage, $"--congestion '{other}': expected ledbat, cubic or bbr"),
            },
            Cipher = parse.GetValue(Cipher) switch
            {
                "auto" => FastPathCipher.Auto,
                "aegis128l" => FastPathCipher.Aegis128L,
                "aes256gcm" => FastPathCipher.Aes256Gcm,
                "chacha20poly1305" => FastPathCipher.ChaCha20Poly1305,
                var other => throw new CommandException(
                    ExitCode.Usage, $"--cipher '{other}': expected auto, aegis128l, aes256gcm or chacha20poly1305"),
            },
        };
    }

    private static Option<string> Choice(string name, string standard, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    private static void RequireBuilt(ParseResult parse, Option<string> option, params string[] built)
    {
        string value = parse.GetValue(option)!;
        if (!built.Contains(value))
        {
            throw new CommandException(
                ExitCode.Usage, $"{option.Name} '{value}' is not built yet; there is: {string.Join(", ", built)}");
        }
    }
}
