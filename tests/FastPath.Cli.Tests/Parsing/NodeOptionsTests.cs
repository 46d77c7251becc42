using System.CommandLine;
using FastPath.Cli.Parsing;
using FastPath.Options;
using Microsoft.Extensions.Configuration;

namespace FastPath.Cli.Tests.Parsing;

/// <summary>The command line, a configuration and the options in code say the same.</summary>
public sealed class NodeOptionsTests
{
    [Fact]
    public void Without_a_word_all_three_say_the_same() => Assert.Equal(Known(new FastPathOptions()), Known(Parse()));

    [Theory]
    [InlineData("--streaming", "off", "Streaming")]
    [InlineData("--streaming", "shadow", "Streaming")]
    [InlineData("--streaming", "opt-in", "Streaming")]
    [InlineData("--streaming", "on", "Streaming")]
    [InlineData("--threshold", "1MiB", "StreamingThresholdBytes")]
    [InlineData("--threshold", "0", "StreamingThresholdBytes")]
    [InlineData("--piped", "off", "PipedForwarding")]
    [InlineData("--cache", "off", "Cache")]
    [InlineData("--proofs", "off", "VerifiedGroups")]
    [InlineData("--congestion", "cubic", "Congestion")]
    [InlineData("--congestion", "ledbat", "Congestion")]
    [InlineData("--engine", "saea", "Engine")]
    [InlineData("--engine", "linux", "Engine")]
    [InlineData("--polling", "on", "BusyPolling")]
    [InlineData("--cipher", "aegis128l", "Cipher")]
    [InlineData("--cipher", "aes256gcm", "Cipher")]
    [InlineData("--cipher", "chacha20poly1305", "Cipher")]
    [InlineData("--mtu", "auto", "Mtu")]
    [InlineData("--mtu", "1400", "Mtu")]
    [InlineData("--hops-to-live", "3", "HopsToLive")]
    [InlineData("--rate", "2MB", "RateLimitBytesPerSecond")]
    [InlineData("--retries", "0", "Retry:AttemptsWithoutProgress")]
    public void An_option_of_the_command_line_does_what_its_equal_in_a_configuration_does(string option, string value, string name)
    {
        FastPathOptions configured = FastPathConfiguration.Read(new ConfigurationBuilder()
            .AddInMemoryCollection([new KeyValuePair<string, string?>($"FastPath:{name}", value)])
            .Build()
            .GetSection(FastPathConfiguration.SectionName));
        Assert.Equal(Known(configured), Known(Parse(option, value)));
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
    public void Every_option_that_the_table_names_is_there()
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "FastPath.sln")))
        {
            at = at.Parent!;
        }

        Command command = Create();
        string[] elsewhere = ["--store", "--allow"];
        IEnumerable<string> named = File.ReadLines(Path.Combine(at.FullName, "native-notes", "options.md"))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length > 4 && cells[3].Contains("`--", StringComparison.Ordinal))
            .Select(cells => cells[3].Trim(' ', '`'));
        Assert.Empty(named.Except(elsewhere).Except(command.Options.Select(option => option.Name)));
    }

    /// <summary>Empty collections of their own are no difference.</summary>
    private static FastPathOptions Known(FastPathOptions options) => options with { AllowedPeers = Array.Empty<ReadOnlyMemory<byte>>() };

    private static Command Create()
    {
        var command = new Command("any", "Any command with the options of a node");
        NodeOptions.AddTo(command);
        return command;
    }

    private static FastPathOptions Parse(params string[] arguments) => NodeOptions.Read(Create().Parse(arguments));
}
