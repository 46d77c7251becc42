using FastPath.Fuzz;
using FastPath.Fuzz.Running;

namespace FastPath.Protocol.Tests.Fuzzing;

/// <summary>The fuzzing loop finds what it is there to find.</summary>
public sealed class FuzzRunTests
{
    private const int Mutations = 200_000;

    [Fact]
    public void An_exception_behind_two_conditions_is_found_and_its_input_kept()
    {
        var run = new FuzzRun(new SampleTarget(input =>
        {
            if (input is not [0x40, ..])
            {
                return 0;
            }

            // The loop keeps an input that came this far, and needs one more step only.
            return input is [_, 0xFF, ..] ? throw new InvalidOperationException("found") : 1UL;
        }));
        Assert.False(run.Mutate(1, count => count < Mutations));
        Assert.Contains("found", run.Failure!.Reason, StringComparison.Ordinal);
        Assert.Equal([0x40, 0xFF], run.Failure.Input[..2]);
    }

    [Fact]
    public void An_allocation_from_a_length_prefix_is_found()
    {
        var run = new FuzzRun(new SampleTarget(
            input => (ulong)new byte[input.IsEmpty ? 0 : input[0] * 1_024].Length));
        Assert.True(run.Replay([[1]]));
        Assert.False(run.Mutate(1, count => count < Mutations));
        Assert.Contains("bytes allocated", run.Failure!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_input_of_the_corpus_ends_the_replay()
    {
        var run = new FuzzRun(new SampleTarget(
            input => input.Length == 3 ? throw new InvalidOperationException() : (ulong)input.Length));
        Assert.False(run.Replay([[1], [1, 2, 3], [1, 2]]));
        Assert.Equal([1, 2, 3], run.Failure!.Input);
        Assert.Equal(1, run.Outcomes);
    }

    [Fact]
    public void The_same_seed_takes_the_same_way()
    {
        List<byte[]> first = Record(7);
        Assert.Equal(first, Record(7));
        Assert.NotEqual(first, Record(8));
    }

    private static List<byte[]> Record(ulong seed)
    {
        var inputs = new List<byte[]>();
        var run = new FuzzRun(new SampleTarget(input =>
        {
            inputs.Add(input.ToArray());
            return (ulong)input.Length;
        }));
        Assert.True(run.Replay([[1, 2, 3, 4]]));
        Assert.True(run.Mutate(seed, count => count < 500));
        return inputs;
    }
}
