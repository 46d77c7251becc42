namespace FastPath.Sockets.Linux;

/// <summary>A wait that can be asked instead of slept in.</summary>
internal interface IPolledWait
{
    /// <summary>Asks once, without waiting.</summary>
    /// <returns>True when something has come, or a wake.</returns>
    bool HasCome();
}
