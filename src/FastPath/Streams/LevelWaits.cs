namespace FastPath.Streams;

/// <summary>Tasks that end when a transfer is known to have reached a level, or when it can no longer be known.</summary>
internal sealed class LevelWaits
{
    private readonly Lock _gate = new();
    private readonly List<(TransferLevel Level, TaskCompletionSource Reached)> _waiting = [];
    private TransferLevel _reached;
    private FastPathException? _failure;

    public Task WaitAsync(TransferLevel level)
    {
        lock (_gate)
        {
            if (level <= _reached)
            {
                return Task.CompletedTask;
            }

            if (_failure is { } failure)
            {
                return Task.FromException(failure);
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((level, reached));
            return reached.Task;
        }
    }

    public void Observe(TransferLevel level)
    {
        lock (_gate)
        {
            _reached = level > _reached ? level : _reached;
            foreach ((TransferLevel wanted, TaskCompletionSource reached) in _waiting)
            {
                if (wanted <= _reached)
                {
                    reached.TrySetResult();
                }
            }

            _waiting.RemoveAll(wait => wait.Reached.Task.IsCompleted);
        }
    }

    /// <summary>Nothing beyond what was observed will be.</summary>
    public void Fail(FastPathException failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            foreach ((_, TaskCompletionSource reached) in _waiting)
            {
                reached.TrySetException(_failure);
            }

            _waiting.Clear();
        }
    }
}
