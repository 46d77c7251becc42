using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FastPath.Options;

namespace FastPath.Cli.Parsing;

/// <summary>Options that node, put, get, demo and bench share. Each has an equal in a configuration; none is ignored.</summary>
internal static class NodeOptions
{
    private const int MtuMin = 1_200;
    private const int MtuMax = 65_000;

    private static readonly Option<string> Streaming = Choice("--streaming", "on", "off, shadow, opt-in or on: the stage of the rollout");
    private static readonly Option<string[]> StreamingPeers = new("--streaming-peer")
    {
        Description = "Public key of a peer that is streamed to at the stage opt-in; repeatable",
    };

    private static readonly Option<string> Threshold = Choice("--threshold", "64KiB", "Only payloads that are longer are streamed");
    private static readonly Option<string> Piped = Choice("--piped", "on", "on: relays pass bytes on as they come; off: each takes the whole first");
    private static readonly Option<string> Congestion = Choice("--congestion", "bbr", "bbr, cubic or ledbat (background)");
    private static readonly Option<string> Rate = Choice("--rate", "none", "Bytes a second that leave at most, such as 2MB; none for no limit");
    private static readonly Option<string> Engine = Choice("--engine", "auto", "auto, linux or saea");
    private static readonly Option<string> Polling = Choice("--polling", "off", "on: the node's thread polls without ever sleeping, and takes a core");
    private static readonly Option<string> Cipher = Choice("--cipher", "auto", "auto, aegis128l, aes256gcm or chacha20poly1305");
    private static readonly Option<string> Mtu = Choice("--mtu", "auto", "auto: what the path takes; or bytes of UDP payload, 1200 to 65000");
    private static readonly Option<string> Cache = Choice("--cache", "on", "on: relays keep contracts that pass through them");
    private static readonly Option<string> Verify = Choice(
        "--verify", "sink", "on: relays pass on, and sinks read, checked groups alone; sink: only sinks check; off: nobody (the store always)");
    private static readonly Option<string> Proofs = Choice(
        "--proofs", "on", "on: what is sent and asked for carries proofs of its groups of 16 KiB where all on the way read them");

    private static readonly Option<string> Continuations = Choice(
        "--continuations", "pool", "pool, or inline: what awaits a node runs on the node's own thread (unsafe)");

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

    private static readonly Option[] All =
        [Streaming, StreamingPeers, Threshold, Piped, Congestion, Rate, Engine, Polling, Cipher, Mtu, Cache, Verify, Proofs, Continuations, HopsToLive, Retries];

    public static void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    public static FastPathOptions Read(ParseResult parse)
    {
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
            StreamingPeers = ReadStreamingPeers(parse),
            StreamingThresholdBytes = Sizes.Parse("--threshold", parse.GetValue(Threshold)!),
            PipedForwarding = Values.Switch(parse, Piped),
            Cache = Values.Switch(parse, Cache),
            VerifiedGroups = Values.Switch(parse, Proofs),
            Verify = parse.GetValue(Verify) switch
            {
                "on" or "sink" => true,
                "off" => false,
                var other => throw new CommandException(ExitCode.Usage, $"--verify '{other}': expected on, sink or off"),
            },
            VerifyRelayed = parse.GetValue(Verify) == "on",
            HopsToLive = Values.InRange(parse, HopsToLive, 1, 255),
            UnsafeInlineContinuations = parse.GetValue(Continuations) switch
            {
                "pool" => false,
                "inline" => true,
                var other => throw new CommandException(ExitCode.Usage, $"--continuations '{other}': expected pool or inline"),
            },
            Retry = new RetryBudget { AttemptsWithoutProgress = Values.InRange(parse, Retries, 0, 1_000_000) },
            RateLimitBytesPerSecond = RateOf(parse),
            Mtu = ReadMtu(parse.GetValue(Mtu)!),
            Engine = parse.GetValue(Engine) switch
            {
                "auto" => FastPathEngine.Auto,
                "linux" => FastPathEngine.Linux,
                "saea" => FastPathEngine.Saea,
                var other => throw new CommandException(ExitCode.Usage, $"--engine '{other}': expected auto, linux or saea"),
            },
            BusyPolling = Values.Switch(parse, Polling),
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

    private static ReadOnlyMemory<byte>[] ReadStreamingPeers(ParseResult parse)
    {
        ReadOnlyMemory<byte>[] keys = [.. (parse.GetValue(StreamingPeers) ?? []).Select(text => Values.PublicKey("--streaming-peer", text))];
        return keys.Length == 0 || parse.GetValue(Streaming) == "opt-in"
            ? keys
            : throw new CommandException(
                ExitCode.Usage, $"--streaming-peer: of use at --streaming opt-in alone, and the stage is '{parse.GetValue(Streaming)}'");
    }

    private static long RateOf(ParseResult parse)
    {
        string text = parse.GetValue(Rate)!;
        long rate = text == "none" ? 0 : Sizes.Parse("--rate", text);
        return rate > 0 || text == "none" ? rate : throw new CommandException(ExitCode.Usage, $"--rate '{text}': expected more than zero, or none");
    }

    /// <summary>The options that were given, as they were given: for another process of this program.</summary>
    public static IReadOnlyList<string> ToArguments(ParseResult parse) =>
    [
        .. All.Select(parse.GetResult).OfType<OptionResult>().Where(result => !result.Implicit)
            .SelectMany(result => result.Tokens.SelectMany(token => (string[])[result.Option.Name, token.Value])),
    ];

    private static Option<string> Choice(string name, string standard, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    private static int ReadMtu(string value)
    {
        if (value == "auto")
        {
            return 0;
        }

        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes);
        return isNumber && bytes is >= MtuMin and <= MtuMax
            ? bytes
            : throw new CommandException(ExitCode.Usage, $"--mtu '{value}': expected auto or bytes, {MtuMin} to {MtuMax}");
    }
}
