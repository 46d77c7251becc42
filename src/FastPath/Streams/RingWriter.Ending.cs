using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>How the streams end, and what is known of the payload behind their end.</summary>
internal sealed partial class RingWriter
{
    /// <summary>What is known of the payload's way to the one peer.</summary>
    public TransferLevel Level => (TransferLevel)(_routes[0].Stream?.Level ?? DeliveryLevel.Queued);

    /// <summary>The destination was asked to report, by way of a peer that passes reports on.</summary>
    public bool IsReported => _description.WantsDelivery
        && (_routes[0].Connection.Session.Capabilities & Capabilities.DeliveryReports) != 0;

    /// <summary>Those who wait for a level.</summary>
    public LevelWaits LevelWaits { get; } = new();

    public void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        if (!HasEnded)
        {
            return;
        }

        StreamErrorCode code = _failure == StreamErrorCode.None ? StreamErrorCode.FinalSize : _failure;
        throw StreamFailures.Create(code, DescribeFailure());
    }

    /// <summary>Waits until every target has every byte acknowledged.</summary>
    /// <exception cref="FastPathException">Why a target has not.</exception>
    public async ValueTask WaitForEndAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_failure != StreamErrorCode.None)
        {
            throw StreamFailures.Create(_failure, DescribeFailure());
        }
    }

    public TransferFailure DescribeFailure()
    {
        SendStream? first = _targets.Count > 0 ? _targets[0] : null;
        TransferFailure failure = TransferFailure.Of(first, _description);
        return _routes.Length == 1 ? failure : failure with { BytesDone = Ring.Payload.OffsetOf(Ring.ReclaimedTo) };
    }

    void ISendListener.OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        SendTarget route = Array.Find(_routes, route => route.Stream == stream) ?? _routes[_targets.Count];
        route.End(code);
        if (_failure == StreamErrorCode.None)
        {
            _failure = code;
        }

        EndOne();
        if (code != StreamErrorCode.None)
        {
            LevelWaits.Fail(StreamFailures.Create(code, DescribeFailure()));
        }
        else
        {
            LevelWaits.Observe(Level);
        }
    }

    void ISendListener.OnDelivered(SendStream stream, DeliveryLevel level) => LevelWaits.Observe((TransferLevel)level);

    void ISendListener.OnReportsEnded(SendStream stream) => LevelWaits.Fail(new FastPathException(
        FastPathError.ConnectionClosed, $"no report will come any more; the level stays {Level}", transfer: DescribeFailure()));

    private void EndOne()
    {
        if (Interlocked.Decrement(ref _live) == 0)
        {
            _ended.TrySetResult();
        }

        _space.Set();
    }
}
