using System.Diagnostics;
using System.Security.Cryptography;
using SharpFuzz;

namespace FastPath.Fuzz.Running;

/// <summary>What the program can be asked for; each returns the exit code.</summary>
internal static class FuzzCommands
{
    /// <summary>Under afl-fuzz, which feeds the standard input; a failure ends the process as a crash.</summary>
    public static int RunAfl(IFuzzTarget target)
    {
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            target.Run(copy.ToArray());
        });
        return 0;
    }

    /// <summary>Under the libFuzzer driver of SharpFuzz.</summary>
    public static int RunLibFuzzer(IFuzzTarget target)
    {
        Fuzzer.LibFuzzer.Run(input => target.Run(input));
        return 0;
    }

    public static int Replay(IEnumerable<IFuzzTarget> targets, Corpus corpus)
    {
        int failed = 0;
        foreach (IFuzzTarget target in targets)
        {
            var run = new FuzzRun(target);
            failed += Report(target, run, run.Replay(corpus.Read(target).Select(input => input.Bytes)), "");
        }

        return failed == 0 ? 0 : 1;
    }

    /// <summary>Each target in turn for so many seconds.</summary>
    public static int RunRandom(IEnumerable<IFuzzTarget> targets, Corpus corpus, double seconds, ulong seed)
    {
        int failed = 0;
        foreach (IFuzzTarget target in targets)
        {
            var run = new FuzzRun(target);
            var time = Stopwatch.StartNew();
            bool passed = run.Replay(corpus.Read(target).Select(input => input.Bytes))
                && run.Mutate(seed, _ => time.Elapsed.TotalSeconds < seconds);
            double rate = run.Count / time.Elapsed.TotalSeconds;
            failed += Report(target, run, passed, $", {rate:N0} a second, seed {seed}");
        }

        return failed == 0 ? 0 : 1;
    }

    public static int WriteCorpus(IEnumerable<IFuzzTarget> targets, Corpus corpus)
    {
        foreach (IFuzzTarget target in targets)
        {
            Console.WriteLine($"{target.Name}: {corpus.WriteSeeds(target)} seeds written");
        }

        return 0;
    }

    private static int Report(IFuzzTarget target, FuzzRun run, bool passed, string rate)
    {
        string slowest = $"slowest {run.Slowest.TotalMilliseconds:0.0} ms";
        Console.WriteLine($"{target.Name}: {run.Count:N0} runs, {run.Outcomes} outcomes, {slowest}{rate}");
        if (passed)
        {
            return 0;
        }

        FuzzFailure failure = run.Failure!;
        string name = Convert.ToHexStringLower(SHA256.HashData(failure.Input).AsSpan(0, 8));
        string path = new Corpus("artifacts/crashes").Write(target, name, failure.Input);
        Console.WriteLine($"FAILED: {target.Name}: {failure.Reason}\nThe input is kept in {path}");
        return 1;
    }
}
