using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Operations;

/// <summary>Waits for the first byte of an answer: until then its source can be replaced unseen.</summary>
internal sealed class FirstByteGate(Action<ReceiveStream> onOpen, Action<ReceiveStream, StreamErrorCode> onFailed)
    : IReceiveListener
{
    private bool _isDecided;

    public void OnStored(ReceiveStream stream, long start, long end) => Open(stream);

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        if (code == StreamErrorCode.None)
        {
            Open(stream);
        }
        else if (!_isDecided)
        {
            _isDecided = true;
            onFailed(stream, code);
        }
    }

    private void Open(ReceiveStream stream)
    {
        if (!_isDecided)
        {
            _isDecided = true;
            onOpen(stream);
        }
    }
}
