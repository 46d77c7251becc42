using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>A peer that is sent to from the ring that all share.</summary>
/// <param name="role">Of this node: whether the bytes are its own or only pass.</param>
internal sealed class PeerBranch(LaggardPolicy policy, SendTarget target, StreamDescription description, TransferRole role)
    : FanOutBranch(policy)
{
    public override long TakenBytes => target.Position;

    public override bool HasEnded => target.Ended is not null;

    public override FastPathException? Failure => target.Ended is { } code and not StreamErrorCode.None
        ? StreamFailures.Create(
            code,
            TransferFailure.Of(target.Stream, description) with
            {
                Role = role,
                BytesDone = description.PayloadOffset(target.Position),
            })
        : null;

    public override IFanOutMember Member => target;
}
