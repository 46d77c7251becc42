using FastPath.Options;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Rollout;
using FastPath.Serialization.Bodies;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>The stage at which whole messages are used and streams run beside them.</summary>
internal sealed partial class NodeHost
{
    public void OnShadow(ReceiveStream stream)
    {
        StreamHandle handle = new StreamHandle(Loop, stream, stream.Claim, new StreamReaders()).Attach();
        var reader = new FrameReader(stream.Description!.Metadata.Span);
        if (OperationHeader.TryRead(ref reader, Purpose.Shadow, out UInt128 transaction) && _options.Streaming != FastPathStreaming.Off)
        {
            Shadows.Take(handle, transaction);
        }
        else
        {
            handle.Stop(StreamErrorCode.Unsupported);
        }
    }

    public void OnShadowDigest(Connection from, ShadowDigest digest) => Shadows.OnDigest(from, digest);

    /// <summary>Sends a copy beside a payload, at the stage for it; null otherwise.</summary>
    private Task? BeginShadow(string what, UInt128 transaction, Connection to, IBody body, out ShadowRun? run)
    {
        run = null;
        bool isCompared = _options.Streaming == FastPathStreaming.Shadow
            && body.Length > _options.StreamingThresholdBytes
            && (to.Session.Capabilities & Capabilities.Streaming) != 0;
        return isCompared ? Shadows.Begin(what, transaction, to, body, out run) : null;
    }
}
