namespace FastPath.Serialization.Bincode;

/// <summary>A value that can be written piece by piece, without ever lying in memory as a whole.</summary>
public interface IStreamingSerialize
{
    /// <summary>Starts writing: the exact length is known at once, and no byte of a body has been read yet.</summary>
    StreamingSerializer StartSerialize();
}
