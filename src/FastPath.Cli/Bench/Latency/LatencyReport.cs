using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Latency;

/// <summary>What <c>bench latency</c> measured; times in microseconds, in order of size.</summary>
/// <param name="FirstByte">From the opening frame at the origin.</param>
/// <param name="FromCall">From the application's call at the origin.</param>
/// <param name="TlsFirstByte">Through the same chain of TLS connections; empty when not compared.</param>
/// <param name="Echo">Round trips of one bare sealed datagram: two passages of a socket.</param>
internal sealed record LatencyReport(
    JsonObject Document, int Hops, long Size, double[] FirstByte, double[] FromCall, double[] TlsFirstByte, double[] Echo)
{
    private const double Half = 0.5;
    private const double AllButOneInAHundred = 0.99;

    public void Print(bool json)
    {
        double p50 = Figures.Percentile(FirstByte, Half);
        double p99 = Figures.Percentile(FirstByte, AllButOneInAHundred);
        if (!json)
        {
            var table = new FigureTable();
            table.Add("first byte, p50", $"{p50:0.0} us", $"{Sizes.Format(Size)} over {Hops} hops, {FirstByte.Length} times");
            table.Add("first byte, p99", $"{p99:0.0} us", $"longest {FirstByte[^1]:0.0} us");
            table.Add(
                "from the call, p50",
                $"{Figures.Percentile(FromCall, Half):0.0} us",
                $"p99 {Figures.Percentile(FromCall, AllButOneInAHundred):0.0} us");
            if (TlsFirstByte.Length > 0)
            {
                table.Add(
                    "TLS chain, p50",
                    $"{Figures.Percentile(TlsFirstByte, Half):0.0} us",
                    $"p99 {Figures.Percentile(TlsFirstByte, AllButOneInAHundred):0.0} us");
            }

            table.Add("limit: sealed echo, p50", $"{Figures.Percentile(Echo, Half):0.0} us", "there and back, two threads");
            table.Print();
            return;
        }

        JsonObject document = Document;
        document["hops"] = Hops;
        document["size_bytes"] = Size;
        document["count"] = FirstByte.Length;
        document["first_byte_us_p50"] = p50;
        document["first_byte_us_p99"] = p99;
        document["first_byte_us_max"] = FirstByte[^1];
        document["call_to_first_byte_us_p50"] = Figures.Percentile(FromCall, Half);
        document["call_to_first_byte_us_p99"] = Figures.Percentile(FromCall, AllButOneInAHundred);
        document["raw_echo_us_p50"] = Figures.Percentile(Echo, Half);
        if (TlsFirstByte.Length > 0)
        {
            document["tls_chain_first_byte_us_p50"] = Figures.Percentile(TlsFirstByte, Half);
            document["tls_chain_first_byte_us_p99"] = Figures.Percentile(TlsFirstByte, AllButOneInAHundred);
        }

        Console.WriteLine(document.ToJsonString());
    }
}
