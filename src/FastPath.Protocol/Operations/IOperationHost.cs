using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>What operations want of the world around them. Called on the loop thread: begin the work, never wait for it.</summary>
internal interface IOperationHost
{
    /// <summary>Look into the store; answer with <see cref="GetTable.CompleteLookUp"/>, exactly once.</summary>
    void BeginLookUp(UInt128 transaction, ContractInstanceId instance);

    /// <summary>
    /// Send what the store has (the payload is taken over): <see cref="GetTable.BeginServe"/> when its stream opens, then
    /// <see cref="GetTable.CompleteServe"/> when that has ended; or <see cref="GetTable.FailServe"/> instead of both.
    /// </summary>
    /// <param name="resume">Where to begin when the payload is the one that it names; at 0 otherwise.</param>
    /// <param name="flags">With Proofs set the stream begins where the group of the resumed byte does.</param>
    void Serve(
        UInt128 transaction,
        Connection to,
        ContractForm form,
        IStoredPayload payload,
        ResumePoint resume,
        int hopsFromSink,
        OperationFlags flags);

    /// <summary>
    /// A local request is answered by this stream; the host owns the cursor, and leaves the stream when it wants no more of it.
    /// </summary>
    /// <returns>How far it has read, and how to end it when it holds others up; null for one that is always waited for.</returns>
    IFanOutMember? DeliverGet(UInt128 transaction, ContractOutline contract, ReceiveStream stream, RingCursor cursor);

    /// <summary>A local request is answered by this node's own store; the host owns the payload.</summary>
    void DeliverStored(UInt128 transaction, IStoredPayload payload);

    /// <summary>A local request found nothing. It and Deliver are exclusive: one of them comes, once (scenario P5).</summary>
    void FailGet(UInt128 transaction, OperationStatus status);

    /// <summary>An answer begins to pass through: what it is, as its sender claims.</summary>
    void OnRelaying(UInt128 transaction, ContractOutline contract, long totalLength);

    /// <summary>Read along with this cursor and store what passes.</summary>
    /// <returns>As of <see cref="DeliverGet"/>.</returns>
    IFanOutMember? Cache(ContractOutline contract, ReceiveStream stream, RingCursor cursor);

    /// <summary>Take the whole stream (the host owns its claim), then send it on; CompleteServe or FailBuffered when it ended.</summary>
    void BeginBuffered(
        UInt128 transaction, ContractOutline contract, ReceiveStream stream, Connection to, int hopsFromSink, OperationFlags flags);

    /// <summary>
    /// A peer offers a contract before it sends it; answer the offer by its connection's streams, once, and when it is held
    /// already call <see cref="PutTable.HandleHeld(Time.Instant, PutHeader, Connection)"/> too.
    /// </summary>
    void OnPutOffered(PutHeader header, StreamOffer offer);

    /// <summary>
    /// Take a contract, or an update, and keep it (the host owns the claim); <see cref="PutTable.CompleteStore"/> says what
    /// became of it, exactly once.
    /// </summary>
    /// <param name="isNew">False for an update that this node has taken before: it is read and not applied again.</param>
    void AcceptPut(PutHeader header, ReceiveStream stream, bool isNew);

    /// <summary>
    /// Send what a PUT or an update of this node carries, or what its store has by now: <see cref="PutTable.BeginForward"/>
    /// when a stream opens, then <see cref="PutTable.HandleSent"/> or <see cref="PutTable.HandleHeldAt"/>, once.
    /// </summary>
    void ForwardPut(PutHeader header, Connection to);

    /// <summary>Nothing more is forwarded for this transaction.</summary>
    void ReleasePut(UInt128 transaction);

    /// <summary>Send an update of this node's own to those who follow its key.</summary>
    void SendNotices(PutHeader header, IReadOnlyList<Connection> followers);

    /// <summary>A local PUT or update has its answer, once.</summary>
    void CompletePut(UInt128 transaction, OperationStatus status);
}
