using System.Diagnostics;
using FastPath.Protocol.Randomness;

namespace FastPath.Fuzz.Running;

/// <summary>Runs one target over given inputs and over mutations of them; the first failure ends it.</summary>
/// <remarks>An input with a new outcome joins the pool: so a run finds its way deeper without instrumentation.</remarks>
internal sealed class FuzzRun(IFuzzTarget target)
{
    private const int PoolMax = 4_096;

    private readonly HashSet<ulong> _outcomes = [];
    private readonly List<byte[]> _pool = [];
    private bool _isWarm;

    public long Count { get; private set; }

    public int Outcomes => _outcomes.Count;

    public TimeSpan Slowest { get; private set; }

    public FuzzFailure? Failure { get; private set; }

    /// <returns>False at the first failure.</returns>
    public bool Replay(IEnumerable<byte[]> inputs)
    {
        foreach (byte[] input in inputs)
        {
            _pool.Add(input);

            // Twice: the first call may allocate what it keeps.
            _isWarm = false;
            if (!TryRun(input))
            {
                return false;
            }

            _isWarm = true;
            if (!TryRun(input))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Mutates until told to stop; the same seed and inputs give the same sequence.</summary>
    /// <returns>False at the first failure.</returns>
    public bool Mutate(ulong seed, Func<long, bool> goesOn)
    {
        var random = new SeededRandom(seed);
        var mutator = new Mutator(random);
        if (_pool.Count == 0)
        {
            _pool.Add([]);
        }

        for (long i = 0; goesOn(i); i++)
        {
            byte[] parent = _pool[random.NextInt32(_pool.Count)];
            byte[] other = _pool[random.NextInt32(_pool.Count)];
            if (!TryRun(mutator.Mutate(parent, other)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRun(byte[] input)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        ulong outcome;
        try
        {
            outcome = target.Run(input);
        }
#pragma warning disable CA1031 // Any exception at all is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = new FuzzFailure(input, e.ToString());
            return false;
        }

        Count++;
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Slowest = time > Slowest ? time : Slowest;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (_isWarm && allocated > target.AllocatedBytesMax)
        {
            Failure = new FuzzFailure(input, $"{allocated} bytes allocated, at most {target.AllocatedBytesMax}");
            return false;
        }

        if (_outcomes.Add(outcome) && _isWarm && _pool.Count < PoolMax)
        {
            _pool.Add(input);
        }

        return true;
    }
}
