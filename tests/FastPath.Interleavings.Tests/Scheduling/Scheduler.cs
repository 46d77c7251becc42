using System.Runtime.ExceptionServices;
using FastPath.Interleavings.Tests.Steps;

namespace FastPath.Interleavings.Tests.Scheduling;

/// <summary>Lets one of several threads take each step, as the choices say; when none can, a wake-up was lost.</summary>
internal sealed class Scheduler : IDisposable
{
    [ThreadStatic]
    private static List<SteppedLock>? s_created;

    private readonly IChoices _choices;
    private readonly List<SteppedLock> _locks;
    private readonly SteppedThread[] _threads;
    private readonly Thread[] _carriers;
    private readonly List<SteppedThread> _options = [];
    private Exception? _failure;
    private bool _isGivenUp;

    private Scheduler(IChoices choices, List<SteppedLock> locks, Action[] bodies)
    {
        _choices = choices;
        _locks = locks;
        _threads = [.. bodies.Select((_, number) => new SteppedThread(this, number))];
        _carriers = [.. bodies.Select((body, number) => new Thread(() => Carry(_threads[number], body), maxStackSize: 256 * 1_024))];
    }

    /// <summary>Locks of what a test sets up are noted, so that no step inside of one gives the turn away.</summary>
    public static void Register(SteppedLock gate) => s_created?.Add(gate);

    /// <summary>Every schedule with at most so many preemptions.</summary>
    /// <param name="create">Sets up and returns the bodies of the threads, and what must hold after them.</param>
    /// <returns>How many schedules there were.</returns>
    public static int RunAll(int preemptionsMax, Func<(Action[] Bodies, Action Check)> create)
    {
        var choices = new DepthFirstChoices(preemptionsMax);
        int count = 0;
        do
        {
            RunOne(choices, create, $"schedule {count} of those with {preemptionsMax} preemptions");
            count++;
        }
        while (choices.MoveNext());
        return count;
    }

    public static void RunRandom(int count, Func<(Action[] Bodies, Action Check)> create)
    {
        for (int seed = 0; seed < count; seed++)
        {
            RunOne(new RandomChoices(seed), create, $"schedule of seed {seed}");
        }
    }

    public void ThrowIfGivenUp()
    {
        if (_isGivenUp)
        {
            throw new OperationCanceledException("the schedule was given up");
        }
    }

    /// <summary>The running thread holds a lock.</summary>
    public bool IsGuarded()
    {
        foreach (SteppedLock gate in _locks)
        {
            if (Monitor.IsEntered(gate))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives the turn to whoever is chosen.</summary>
    /// <returns>False when that is the one who has it.</returns>
    public bool PassTurn(SteppedThread from)
    {
        if (_isGivenUp)
        {
            return true;
        }

        _options.Clear();
        if (from.CanRun)
        {
            _options.Add(from);
        }

        foreach (SteppedThread thread in _threads)
        {
            if (thread != from && thread.CanRun)
            {
                _options.Add(thread);
            }
        }

        if (_options.Count == 0)
        {
            GiveUp(from);
            return true;
        }

        int chosen = _options.Count == 1 ? 0 : _choices.Choose(_options.Count, isPreemption: from.CanRun);
        if (_options[chosen] == from)
        {
            return false;
        }

        _options[chosen].GiveTurn();
        return true;
    }

    public void Dispose()
    {
        foreach (SteppedThread thread in _threads)
        {
            thread.Dispose();
        }
    }

    private static void RunOne(IChoices choices, Func<(Action[] Bodies, Action Check)> create, string name)
    {
        s_created = [];
        (Action[] bodies, Action check) = create();
        List<SteppedLock> locks = s_created;
        s_created = null;
        using var scheduler = new Scheduler(choices, locks, bodies);
        try
        {
            scheduler.Run();
            check();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{name}: {e.Message}", e);
        }
    }

    private void Run()
    {
        foreach (Thread carrier in _carriers)
        {
            carrier.Start();
        }

        _threads[_choices.Choose(_threads.Length, isPreemption: false)].GiveTurn();
        foreach (Thread carrier in _carriers)
        {
            carrier.Join();
        }

        if (_failure is not null)
        {
            ExceptionDispatchInfo.Capture(_failure).Throw();
        }
    }

    private void Carry(SteppedThread thread, Action body)
    {
        try
        {
            thread.Enter();
            body();
        }
        catch (OperationCanceledException) when (_isGivenUp)
        {
            // Another one has said why.
        }
        catch (Exception e)
        {
            _failure ??= e;
        }

        thread.Leave();
    }

    private void GiveUp(SteppedThread from)
    {
        int[] waiting = [.. _threads.Where(thread => thread.IsBlocked).Select(thread => thread.Number)];
        if (waiting.Length == 0)
        {
            return;
        }

        _failure ??= new InvalidOperationException($"Nobody wakes thread {string.Join(", ", waiting)}.");
        _isGivenUp = true;
        foreach (SteppedThread thread in _threads.Where(thread => thread.IsBlocked))
        {
            thread.Wake();
            thread.GiveTurn();
        }
    }
}
