using FastPath.Fuzz;
using FastPath.Fuzz.Running;

IReadOnlyList<IFuzzTarget> all = FuzzTargets.Create();
IFuzzTarget? one = args.Length > 0 ? all.FirstOrDefault(target => target.Name == args[0]) : null;
IReadOnlyList<IFuzzTarget> chosen = one is not null ? [one] : args is ["all", ..] ? all : [];

int? exitCode = args switch
{
    ["--write-corpus"] => FuzzCommands.WriteCorpus(all, Corpus.Find()),
    [_, "--afl"] when one is not null => FuzzCommands.RunAfl(one),
    [_, "--libfuzzer"] when one is not null => FuzzCommands.RunLibFuzzer(one),
    [_, "--replay"] when chosen.Count > 0 => FuzzCommands.Replay(chosen, Corpus.Find()),
    [_, "--replay", var folder] when chosen.Count > 0 => FuzzCommands.Replay(chosen, new Corpus(folder)),
    [_, "--random", var seconds] when chosen.Count > 0 && double.TryParse(seconds, out double time) =>
        FuzzCommands.RunRandom(chosen, Corpus.Find(), time, (ulong)Random.Shared.NextInt64()),
    [_, "--random", var seconds, "--seed", var number]
        when chosen.Count > 0 && double.TryParse(seconds, out double time) && ulong.TryParse(number, out ulong seed) =>
        FuzzCommands.RunRandom(chosen, Corpus.Find(), time, seed),
    _ => null,
};
if (exitCode is { } code)
{
    return code;
}

Console.Error.WriteLine(
    $"""
    FastPath.Fuzz TARGET --afl | --libfuzzer
    FastPath.Fuzz TARGET|all --replay [FOLDER]
    FastPath.Fuzz TARGET|all --random SECONDS [--seed N]
    FastPath.Fuzz --write-corpus

    Targets: {string.Join(", ", all.Select(target => target.Name))}
    """);
return 2;
