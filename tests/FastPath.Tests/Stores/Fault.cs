namespace FastPath.Tests.Stores;

/// <summary>What happens at the faulty step.</summary>
public enum Fault
{
    /// <summary>The step fails; later ones work again.</summary>
    Error,

    /// <summary>The process is killed; the operating system keeps all it was given.</summary>
    Kill,

    /// <summary>Bytes that were not synced are lost, all names are kept.</summary>
    PowerLossKeepingNames,

    /// <summary>Bytes that were not synced are lost, and so are names whose folder was not synced.</summary>
    PowerLossLosingNames,
}
