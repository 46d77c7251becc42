using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>Opaque bytes of the application, by reference. Layout: length u64, bytes.</summary>
public abstract class ByteString : IStreamingSerialize
{
    private protected ByteString(IBody bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Bytes = bytes;
    }

    /// <summary>The content, without its length.</summary>
    public IBody Bytes { get; }

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize()
    {
        var writer = new BincodeWriter();
        writer.Body(Bytes);
        return writer.Finish();
    }
}
