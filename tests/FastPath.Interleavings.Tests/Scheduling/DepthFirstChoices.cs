namespace FastPath.Interleavings.Tests.Scheduling;

/// <summary>Every schedule with at most so many preemptions, one a run, until there is no other.</summary>
internal sealed class DepthFirstChoices(int preemptionsMax) : IChoices
{
    private readonly List<(int Chosen, int Options)> _path = [];
    private int _depth;
    private int _preemptions;

    public int Choose(int options, bool isPreemption)
    {
        if (isPreemption && _preemptions == preemptionsMax)
        {
            options = 1;
        }

        if (_depth == _path.Count)
        {
            _path.Add((0, options));
        }

        (int chosen, int known) = _path[_depth++];
        if (known != options)
        {
            throw new InvalidOperationException($"A schedule did not replay: {known} options became {options} at step {_depth}.");
        }

        _preemptions += isPreemption && chosen > 0 ? 1 : 0;
        return chosen;
    }

    /// <summary>Turns to the next schedule; false when all were run.</summary>
    public bool MoveNext()
    {
        _depth = 0;
        _preemptions = 0;
        while (_path.Count > 0)
        {
            (int chosen, int options) = _path[^1];
            if (chosen + 1 < options)
            {
                _path[^1] = (chosen + 1, options);
                return true;
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }
}
