using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>A ring that a connection fills. The stream belongs to the loop thread, so everything that changes it goes there.</summary>
internal sealed class ReceiveSource : ReadSource
{
    private readonly EngineLoop _loop;
    private readonly CoalescedTask _consumed;

    public ReceiveSource(EngineLoop loop, ReceiveStream stream)
    {
        _loop = loop;
        Stream = stream;
        _consumed = new CoalescedTask(loop, OnConsumed);
    }

    public ReceiveStream Stream { get; }

    public override EngineLoop Loop => _loop;

    public override FragmentRing Ring => Stream.Ring;

    public override StreamDescription Description => Stream.Description!;

    public override ReadOnlyMemory<byte> Digest => Stream.Digest;

    public override Instant LastProgressAt => Stream.LastProgressAt;

    public override bool IsWaitingForReaders => !Stream.HasEnded && Stream.IsWaitingForReader;

    /// <summary>On the loop thread.</summary>
    public void AttachHere(ReaderSignal signal) => Stream.Attach(signal);

    public override void Attach(ReaderSignal signal) => _loop.Post(_ => AttachHere(signal));

    public override void Consumed() => _consumed.Post();

    public override void AskForMore() => _loop.Post(now =>
    {
        Stream.Connection.Streams.OnConsumed(Stream, now, isStarved: true);
        Settled?.Invoke();
    });

    public override void Leave(RingCursor? cursor, StreamErrorCode? stop) => _loop.Post(now =>
    {
        if (stop is { } code)
        {
            Stream.Connection.Streams.Leave(Stream, code);
        }

        if (cursor is not null)
        {
            Stream.Ring.RemoveCursor(cursor);
            Stream.Connection.Streams.OnConsumed(Stream, now);
        }
    });

    public override TransferFailure Describe() => TransferFailure.Of(Stream);

    public override void Report(DeliveryLevel level)
    {
        if (Description.WantsDelivery)
        {
            _loop.Post(_ => Stream.Connection.Streams.Report(Stream, level));
        }
    }

    public override ReadSource ForAnother() => new ReceiveSource(_loop, Stream);

    private void OnConsumed(Instant now)
    {
        Stream.Connection.Streams.OnConsumed(Stream, now);
        Settled?.Invoke();
    }
}
