using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Options;
using FastPath.Protocol.Cryptography;

namespace FastPath.Cli.Bench.Limits;

/// <summary>What this machine allows at the packet size and cipher of a run, measured beside it; MB/s.</summary>
/// <param name="Copy">Memory copied into warm memory, a packet at a time.</param>
/// <param name="Datagrams">Datagrams through the same sockets, without protocol or cipher, a thread an end.</param>
/// <param name="Seal">Packets sealed, one core.</param>
/// <param name="Open">Packets opened, one core.</param>
internal sealed record MachineLimits(double Copy, double Datagrams, double Seal, double Open)
{
    private const int Rounds = 3;

    /// <summary>Takes about half a second.</summary>
    public static MachineLimits Measure(FastPathOptions options, FastPathPeer peer)
    {
        PacketCipher cipher = PacketCipher.Supported.First(candidate => candidate.Name == peer.Cipher);
        var copy = new double[Rounds];
        var datagrams = new double[Rounds];
        var seal = new double[Rounds];
        var open = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            copy[i] = CopyLimit.Measure(peer.MtuBytes);
            datagrams[i] = DatagramLimit.Measure(options.Engine, peer.MtuBytes);
            (seal[i], open[i]) = CipherLimit.Measure(cipher, peer.MtuBytes);
        }

        return new MachineLimits(Figures.Median(copy), Figures.Median(datagrams), Figures.Median(seal), Figures.Median(open));
    }

    public void AddTo(JsonObject document)
    {
        document["memcpy_mb_s"] = Copy;
        document["raw_datagram_mb_s"] = Datagrams;
        document["seal_mb_s"] = Seal;
        document["open_mb_s"] = Open;
    }

    public void AddTo(FigureTable table)
    {
        table.Add("limit: datagrams", $"{Datagrams:0} MB/s", "raw, without protocol or cipher");
        table.Add("limit: seal, open", $"{Seal:0}, {Open:0} MB/s", "one core");
        table.Add("limit: copy", $"{Copy:0} MB/s", "");
    }
}
