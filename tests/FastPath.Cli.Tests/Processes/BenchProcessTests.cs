using System.Text.Json.Nodes;

namespace FastPath.Cli.Tests.Processes;

/// <summary>Every measurement as a process, small: one document with its fixed fields, whatever the figures.</summary>
public sealed class BenchProcessTests
{
    private static readonly string[] EveryDocument = ["version", "engine", "cipher", "congestion", "mtu_bytes", "cores", "continuations"];

    private static readonly string[] Limits = ["memcpy_mb_s", "raw_datagram_mb_s", "seal_mb_s", "open_mb_s"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Throughput_between_one_or_two_processes_is_a_document_with_its_fixed_fields(int processes)
    {
        JsonNode document = await RunAsync(
            "throughput", "--bytes", "5MB", "--processes", $"{processes}", "--warm", "--runs", "3", "--compare", "--cipher", "aes256gcm");
        AssertNumbers(
            document,
            [
                .. Limits, "bytes", "seconds", "goodput_mb_s", "packets", "acks", "datagrams_per_syscall",
                "tcp_goodput_mb_s", "tls_goodput_mb_s",
            ]);
        Assert.Equal(5_000_000, document["bytes"]!.GetValue<long>());

        // The option has reached the second process too, or the handshake would have chosen another one.
        Assert.Equal("aes256gcm", document["cipher"]!.GetValue<string>());
        Assert.True(document["packets"]!.GetValue<long>() * document["mtu_bytes"]!.GetValue<int>() > 5_000_000);
        Assert.NotNull(document["allocated_bytes_per_fragment"]);
        Assert.NotNull(document["gc_collections"]);
        Assert.NotNull(document["retransmits"]);
        foreach (string side in (string[])["cpu_s_per_gb_sender", "cpu_s_per_gb_receiver"])
        {
            Assert.True(document.AsObject().ContainsKey(side), side);
            Assert.Equal(processes == 1, document[side] is null);
        }
    }

    [Fact]
    public async Task Throughput_over_several_streams_and_connections_shares_them_and_loses_no_byte()
    {
        JsonNode document = await RunAsync("throughput", "--bytes", "3MB", "--streams", "5", "--connections", "2", "--runs", "1");
        AssertNumbers(document, [.. Limits, "goodput_mb_s", "fairness_jain"]);
        Assert.False(document.AsObject().ContainsKey("tcp_goodput_mb_s"));
    }

    [Fact]
    public async Task Latency_is_a_document_with_its_fixed_fields()
    {
        JsonNode document = await RunAsync("latency", "--hops", "2", "--count", "5", "--size", "20KB");
        AssertNumbers(document, ["first_byte_us_p50", "first_byte_us_p99", "first_byte_us_max", "raw_echo_us_p50"]);
        Assert.Equal(2, document["hops"]!.GetValue<int>());
        Assert.True(document["first_byte_us_max"]!.GetValue<double>() >= document["first_byte_us_p50"]!.GetValue<double>());
    }

    [Fact]
    public async Task A_relayed_transfer_is_a_document_with_its_fixed_fields()
    {
        JsonNode document = await RunAsync("relay", "--size", "1MB", "--hops", "3", "--runs", "2", "--compare");
        AssertNumbers(
            document,
            [.. Limits, "goodput_mb_s", "first_byte_us_p50", "tls_chain_goodput_mb_s", "tls_chain_first_byte_us", "relay_batch_bytes"]);
        Assert.Equal(2, document["runs"]!.GetValue<int>());
        Assert.Equal(2, document["relay_peak_bytes"]!.AsArray().Count);
        Assert.Equal(2, document["relay_reorder_peak_bytes"]!.AsArray().Count);
        Assert.All(document["relay_peak_bytes"]!.AsArray(), peak => Assert.InRange(peak!.GetValue<long>(), 1, 1_000_000));
        Assert.NotNull(document["allocated_bytes_per_fragment"]);
        Assert.NotNull(document["gc_collections"]);
    }

    [Fact]
    public async Task Short_requests_are_a_document_with_their_fixed_fields()
    {
        JsonNode document = await RunAsync("small", "--size", "1KB", "--count", "200", "--concurrency", "4");
        AssertNumbers(document["streaming_on"]!, ["rtt_us_p50", "rtt_us_p99", "requests_per_s"]);
        AssertNumbers(document["streaming_off"]!, ["rtt_us_p50", "rtt_us_p99", "requests_per_s"]);
        AssertNumbers(document["raw_echo"]!, ["rtt_us_p50", "rtt_us_p99", "requests_per_s"]);
        AssertNumbers(document, ["on_to_off", "on_to_raw_echo", "rounds"]);
        Assert.Equal(200, document["count"]!.GetValue<int>());
    }

    /// <summary>What depends on how busy the machine is may be missed here; what does not is not.</summary>
    [Fact]
    public async Task The_mission_is_a_document_of_goals_and_fails_when_one_is_missed()
    {
        (int code, string output, string errors) = await CliProcess.RunAsync("bench", "mission", "--runs", "1", "--json");
        JsonNode document = JsonNode.Parse(output)!;
        var goals = document["goals"]!.AsArray().ToDictionary(goal => goal!["name"]!.GetValue<string>(), goal => goal!["met"]!.GetValue<bool>());
        Assert.True(goals["old_peers_served"]);
        Assert.Equal(11, goals.Count);
        bool isMet = goals.Values.All(met => met);
        Assert.Equal((isMet, isMet ? 0 : 1), (document["met"]!.GetValue<bool>(), code));
        Assert.All(goals.Where(goal => !goal.Value), goal => Assert.Contains(goal.Key, errors, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reassembly_keeps_no_byte_back_in_order_and_little_by_tens()
    {
        JsonNode document = await RunAsync("reassembly", "--size", "1MB");
        AssertNumbers(document, ["memcpy_mb_s"]);
        foreach (string pattern in (string[])["in_order", "chunks_of_10", "random_window_64", "reversed"])
        {
            AssertNumbers(document[pattern]!, ["mb_s", "first_fragment_us"]);
            Assert.NotNull(document[pattern]!["allocated_bytes"]);
        }

        Assert.Equal(0, document["in_order"]!["peak_buffered_bytes"]!.GetValue<long>());
        Assert.InRange(document["chunks_of_10"]!["peak_buffered_bytes"]!.GetValue<long>(), 1, 12_000);
        Assert.InRange(document["reversed"]!["peak_buffered_bytes"]!.GetValue<long>(), 1, 1_024 * 1_024);
    }

    [Fact]
    [Trait("Scenario", "M7")]
    public async Task Scale_is_a_document_with_its_fixed_fields_and_an_idle_connection_keeps_less_than_8_KB()
    {
        JsonNode document = await RunAsync("scale", "--connections", "300", "--streams", "4", "--bytes", "2MB");
        AssertNumbers(
            document,
            [
                .. Limits, "bytes_per_idle_connection", "bytes_per_idle_stream", "handshake_ms", "handshake_cpu_ms", "goodput_mb_s",
                "fairness_jain",
            ]);

        // Without what is native: of few connections that is mostly the runtime's own.
        Assert.InRange(document["managed_bytes_per_idle_connection"]!.GetValue<double>(), 2_000, 8_000);
    }

    [Fact]
    public async Task Without_json_a_table_names_the_machines_limits()
    {
        (int code, string output, string errors) = await CliProcess.RunAsync("bench", "throughput", "--bytes", "1MB", "--runs", "1");
        Assert.True(code == 0, errors);
        Assert.Contains("limit: datagrams", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throughput", "--processes", "3")]
    [InlineData("throughput", "--bytes", "0")]
    [InlineData("throughput", "--streams", "1000")]
    [InlineData("latency", "--hops", "0")]
    [InlineData("relay", "--runs", "0")]
    [InlineData("small", "--concurrency", "0")]
    [InlineData("small", "--streaming", "off")]
    [InlineData("mission", "--streaming", "opt-in")]
    [InlineData("mission", "--runs", "0")]
    [InlineData("reassembly", "--size", "nonsense")]
    [InlineData("scale", "--connections", "0")]
    public async Task An_option_out_of_range_is_wrong_usage(string bench, string option, string value)
    {
        (int code, string output, string errors) = await CliProcess.RunAsync("bench", bench, option, value);
        Assert.True(code == 2, $"{code}: {errors}");
        Assert.Equal("", output.Trim());
        Assert.Contains(option, errors, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> RunAsync(string bench, params string[] options)
    {
        (int code, string output, string errors) = await CliProcess.RunAsync(["bench", bench, .. options, "--json"]);
        Assert.True(code == 0, errors);
        JsonNode document = JsonNode.Parse(output)!;
        Assert.All(EveryDocument, field => Assert.True(document.AsObject().ContainsKey(field), field));
        return document;
    }

    private static void AssertNumbers(JsonNode node, IEnumerable<string> fields) => Assert.All(
        fields,
        field => Assert.True(node[field]?.GetValue<double>() >= 0, $"{field}: {node[field]?.ToJsonString() ?? "absent"}"));
}
