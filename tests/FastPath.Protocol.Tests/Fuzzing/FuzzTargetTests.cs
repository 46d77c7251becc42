using FastPath.Fuzz;
using FastPath.Fuzz.Running;

namespace FastPath.Protocol.Tests.Fuzzing;

/// <summary>The committed corpus and a fixed number of seeded mutations of it: nothing but typed results.</summary>
public sealed class FuzzTargetTests
{
    private const ulong Seed = 20_260_101;

    /// <summary>Every target and its number of mutations: many where it parses, few where it shakes hands.</summary>
    public static TheoryData<string, int> Targets => new()
    {
        { "frame-reader", 50_000 },
        { "ack-frame", 20_000 },
        { "tlv-list", 50_000 },
        { "packet-header", 2_000 },
        { "handshake-payload", 50_000 },
        { "handshake-initiation", 500 },
        { "handshake-response", 200 },
        { "sealed-offer", 200 },
        { "sealed-answer", 200 },
        { "connection", 200 },
        { "contract-types", 20_000 },
        { "streaming-payload", 10_000 },
        { "net-message", 20_000 },
        { "archive", 20_000 },
        { "foreign-message", 20_000 },
        { "foreign-packet", 1_000 },
        { "operation-message", 50_000 },
        { "store-header", 2_000 },
        { "group-gate", 1_000 },
        { "old-connection", 200 },
    };

    [Fact]
    public void No_target_is_forgotten() => Assert.Equal(
        FuzzTargets.Create().Select(target => target.Name).Order(),
        Targets.Select(row => (string)row[0]).Order());

    [Theory]
    [MemberData(nameof(Targets))]
    [Trait("Scenario", "C3")]
    public void Any_bytes_end_in_a_typed_result(string name, int mutations)
    {
        IFuzzTarget target = Find(name);
        var run = new FuzzRun(target);
        bool passed = run.Replay(Corpus.Find().Read(target).Select(input => input.Bytes))
            && run.Mutate(Seed, count => count < mutations);
        Assert.True(passed, run.Failure is { } failure
            ? $"{failure.Reason}\nInput: {Convert.ToHexStringLower(failure.Input)}"
            : "");
        Assert.True(run.Outcomes > 1, "the mutations never leave one path");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_corpus_holds_what_the_encoders_write_today(string name, int mutations)
    {
        Assert.True(mutations > 0);
        IFuzzTarget target = Find(name);
        var committed = Corpus.Find().Read(target).ToDictionary(input => input.Name, input => input.Bytes);
        Assert.All(target.Seeds, seed => Assert.True(
            committed.TryGetValue(seed.Name, out byte[]? bytes) && bytes.AsSpan().SequenceEqual(seed.Bytes),
            $"{seed.Name} is missing or old: dotnet run -c Release --project fuzz/FastPath.Fuzz -- --write-corpus"));
    }

    private static IFuzzTarget Find(string name) => FuzzTargets.Create().Single(target => target.Name == name);
}
