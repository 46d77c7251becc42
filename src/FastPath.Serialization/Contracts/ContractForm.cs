namespace FastPath.Serialization.Contracts;

/// <summary>How a contract is laid out while it travels.</summary>
public enum ContractForm
{
    /// <summary>The byte-compatible form; its digest is known before the first byte is read.</summary>
    Bincode = 0,

    /// <summary>Head first and aligned: key, hash and every length can be read in place from the first 128 bytes.</summary>
    Archived = 1,
}
