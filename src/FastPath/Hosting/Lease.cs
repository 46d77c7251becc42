namespace FastPath.Hosting;

/// <summary>Something counted for as long as it is held.</summary>
internal sealed class Lease(Action onReleased) : IDisposable
{
    public void Dispose() => onReleased();
}
