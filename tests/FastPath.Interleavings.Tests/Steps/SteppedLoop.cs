using FastPath.Engine;

namespace FastPath.Interleavings.Tests.Steps;

/// <summary>The loop of the stepped world: its waiters go on where they are woken, and nothing is deferred.</summary>
internal sealed class SteppedLoop
{
    public static readonly SteppedLoop Instance = new();

    public bool RunsContinuationsInline => true;

    public bool TryDefer(AsyncSignal signal) => false;
}
