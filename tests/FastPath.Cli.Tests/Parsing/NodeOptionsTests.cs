using System.CommandLine;
using FastPath.Cli.Parsing;
using FastPath.Options;
using FastPath.Serialization.Contracts;
using Microsoft.Extensions.Configuration;

namespace FastPath.Cli.Tests.Parsing;

/// <summary>The command line, a configuration and the options in code say the same.</summary>
public sealed class NodeOptionsTests
{
    private static readonly string Key = Base58.Encode([.. Enumerable.Repeat((byte)9, 32)]);

    /// <summary>An option, a value of it, and what a configuration says for the same.</summary>
    public static TheoryData<string, string, string> Equivalents => new()
    {
        { "--streaming", "off", "Streaming=off" },
        { "--streaming", "shadow", "Streaming=shadow" },
        { "--streaming", "opt-in", "Streaming=opt-in" },
        { "--streaming", "on", "Streaming=on" },
        { "--streaming-peer", Key, $"StreamingPeers:0={Key} Streaming=opt-in" },
        { "--threshold", "1MiB", "StreamingThresholdBytes=1MiB" },
        { "--threshold", "0", "StreamingThresholdBytes=0" },
        { "--piped", "off", "PipedForwarding=off" },
        { "--cache", "off", "Cache=off" },
        { "--proofs", "off", "VerifiedGroups=off" },
        { "--verify", "on", "Verify=on VerifyRelayed=on" },
        { "--verify", "sink", "Verify=on VerifyRelayed=off" },
        { "--verify", "off", "Verify=off VerifyRelayed=off" },
        { "--congestion", "bbr", "Congestion=bbr" },
        { "--congestion", "cubic", "Congestion=cubic" },
        { "--congestion", "ledbat", "Congestion=ledbat" },
        { "--engine", "saea", "Engine=saea" },
        { "--engine", "linux", "Engine=linux" },
        { "--polling", "on", "BusyPolling=on" },
        { "--polling", "off", "BusyPolling=off" },
        { "--cipher", "aegis128l", "Cipher=aegis128l" },
        { "--cipher", "aes256gcm", "Cipher=aes256gcm" },
        { "--cipher", "chacha20poly1305", "Cipher=chacha20poly1305" },
        { "--mtu", "auto", "Mtu=auto" },
        { "--mtu", "1400", "Mtu=1400" },
        { "--hops-to-live", "3", "HopsToLive=3" },
        { "--rate", "2MB", "RateLimitBytesPerSecond=2MB" },
        { "--retries", "0", "Retry:AttemptsWithoutProgress=0" },
        { "--continuations", "inline", "UnsafeInlineContinuations=on" },
        { "--continuations", "pool", "UnsafeInlineContinuations=off" },
    };

    [Fact]
    public void Without_a_word_all_three_say_the_same() => Assert.Equal(Known(new FastPathOptions()), Known(Parse()));

    [Theory]
    [MemberData(nameof(Equivalents))]
    public void An_option_of_the_command_line_does_what_its_equal_in_a_configuration_does(string option, string value, string configuration)
    {
        FastPathOptions configured = FastPathConfiguration.Read(new ConfigurationBuilder()
            .AddInMemoryCollection(configuration.Split(' ').Select(text => text.Split('='))
                .Select(pair => new KeyValuePair<string, string?>($"FastPath:{pair[0]}", pair[1])))
            .Build()
            .GetSection(FastPathConfiguration.SectionName));
        string[] stage = option == "--streaming-peer" ? ["--streaming", "opt-in"] : [];
        Assert.Equal(Known(configured), Known(Parse([option, value, .. stage])));
    }

    [Fact]
    public void Command_line_table_and_configuration_name_the_same_options()
    {
        string[] named = [.. Rows().SelectMany(row => row.Switch.Split(", ").Select(s => $"{s.Trim('`')} {row.Name}")).Order(StringComparer.Ordinal)];
        string[] ofOtherCommands = ["--allow AllowedPeers", "--store Store"];
        string[] tested =
        [
            .. Equivalents.SelectMany(row => ((string)row[2]).Split(' ').Select(pair => $"{row[0]} {pair.Split('=', ':')[0]}"))
                .Where(pair => pair != "--streaming-peer Streaming")
                .Concat(ofOtherCommands).Distinct().Order(StringComparer.Ordinal),
        ];
        Assert.Equal(named, tested);
        Assert.Equal(
            Create().Options.Select(option => option.Name).Order(StringComparer.Ordinal),
            tested.Except(ofOtherCommands).Select(pair => pair.Split(' ')[0]).Distinct());
    }

    [Theory]
    [InlineData("--streaming", "sometimes")]
    [InlineData("--threshold", "many")]
    [InlineData("--hops-to-live", "0")]
    public void What_is_no_such_value_is_wrong_usage_and_named(string option, string value)
    {
        CommandException error = Assert.Throws<CommandException>(() => Parse(option, value));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Peers_that_are_opted_in_at_another_stage_are_wrong_usage()
    {
        CommandException error = Assert.Throws<CommandException>(() => Parse("--streaming-peer", Key));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("--streaming-peer", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The options of the document that a command line has.</summary>
    private static IEnumerable<(string Name, string Switch)> Rows()
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "FastPath.sln")))
        {
            at = at.Parent!;
        }

        return File.ReadLines(Path.Combine(at.FullName, "native-notes", "options.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 4 && cells[3].Contains("`--", StringComparison.Ordinal))
            .Select(cells => (cells[1], cells[3]));
    }

    /// <summary>Collections of keys compare by what is in them.</summary>
    private static (FastPathOptions, string) Known(FastPathOptions options) => (
        options with { AllowedPeers = Array.Empty<ReadOnlyMemory<byte>>(), StreamingPeers = Array.Empty<ReadOnlyMemory<byte>>() },
        string.Join(' ', options.StreamingPeers.Select(key => Base58.Encode(key.Span))));

    private static Command Create()
    {
        var command = new Command("any", "Any command with the options of a node");
        NodeOptions.AddTo(command);
        return command;
    }

    private static FastPathOptions Parse(params string[] arguments) => NodeOptions.Read(Create().Parse(arguments));
}
