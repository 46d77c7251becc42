using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Throughput;

/// <summary>What <c>bench throughput</c> measured: the run of median goodput.</summary>
internal sealed record ThroughputReport(
    ThroughputSettings Settings,
    JsonObject Document,
    ThroughputRun Run,
    MachineLimits? Limits,
    double? TcpGoodput,
    double? TlsGoodput)
{
    private double Goodput => Settings.Bytes / 1e6 / Run.Seconds;

    private double Gigabytes => Settings.Bytes / 1e9;

    private double? SenderCpu => Run.Receiver is null ? null : Run.Sender.CpuSeconds / Gigabytes;

    private double? ReceiverCpu => Run.Receiver is { } receiver ? receiver.CpuSeconds / Gigabytes : null;

    private double AllocatedPerFragment => Run.Both.AllocatedBytes / (double)Math.Max(1, Run.Both.Fragments);

    private double DatagramsPerCall => Run.Both.Datagrams / (double)Math.Max(1, Run.Both.Calls);

    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(ToJson().ToJsonString());
            return;
        }

        Usage both = Run.Both;
        var table = new FigureTable();
        table.Add("goodput", $"{Goodput:0} MB/s", $"{Sizes.Format(Settings.Bytes)} in {Run.Seconds:0.000} s");
        table.Add("TCP", TcpGoodput, "0 MB/s", $"{Goodput / TcpGoodput:0.00} times that");
        table.Add("TLS over TCP", TlsGoodput, "0 MB/s", $"{Goodput / TlsGoodput:0.00} times that");
        table.Add("CPU, sender", SenderCpu, "0.00 s/GB", "");
        table.Add("CPU, receiver", ReceiverCpu, "0.00 s/GB", "");
        table.Add("CPU, both", $"{both.CpuSeconds / Gigabytes:0.00} s/GB", "");
        table.Add("allocated", $"{AllocatedPerFragment:0.000} B", $"a fragment; {both.AllocatedBytes} in all, {both.Collections} collections");
        table.Add("packets", $"{both.Packets}", $"{both.Acks} of acknowledgements alone");
        table.Add("sent again", $"{both.FragmentsAgain}", $"fragments; {both.KernelDrops} datagrams dropped by the kernel");
        table.Add("datagrams", $"{DatagramsPerCall:0.0}", "a system call");
        Limits?.AddTo(table);
        table.Print();
    }

    private JsonObject ToJson()
    {
        Usage both = Run.Both;
        JsonObject document = Document;
        document["bytes"] = Settings.Bytes;
        document["processes"] = Settings.Processes;
        document["streams"] = Settings.Streams;
        document["connections"] = Settings.Connections;
        document["receiver_threads"] = Settings.Loops ?? Settings.Connections;
        document["warm"] = Settings.IsWarm;
        document["runs"] = Settings.Runs;
        document["seconds"] = Run.Seconds;
        document["goodput_mb_s"] = Goodput;
        document["cpu_s_per_gb_sender"] = SenderCpu;
        document["cpu_s_per_gb_receiver"] = ReceiverCpu;
        document["cpu_s_per_gb"] = both.CpuSeconds / Gigabytes;
        document["allocated_bytes_per_fragment"] = AllocatedPerFragment;
        document["allocated_bytes"] = both.AllocatedBytes;
        document["gc_collections"] = both.Collections;
        document["retransmits"] = both.FragmentsAgain;
        document["packets"] = both.Packets;
        document["acks"] = both.Acks;
        document["datagrams_per_syscall"] = DatagramsPerCall;
        document["syscalls"] = both.Calls;
        document["kernel_drops"] = both.KernelDrops;
        document["fairness_jain"] = Run.Shares.Length > 1 ? Figures.Fairness(Run.Shares) : null;
        if (Settings.Compares)
        {
            document["tcp_goodput_mb_s"] = TcpGoodput;
            document["tls_goodput_mb_s"] = TlsGoodput;
        }

        Limits?.AddTo(document);
        return document;
    }
}
