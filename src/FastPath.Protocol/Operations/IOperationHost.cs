using FastPath.Protocol.Connections;
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
    /// <param name="withProofs">
    /// Every node on the way back reads proofs, and they are wanted; then the stream begins where the group of that byte does.
    /// </param>
    void Serve(
        UInt128 transaction,
        Connection to,
        ContractForm form,
        IStoredPayload payload,
        ResumePoint resume,
        int hopsFromSink,
        bool withProofs);

    /// <summary>A local request is answered by this stream; the host owns its claim.</summary>
    void DeliverGet(UInt128 transaction, ContractOutline contract, ReceiveStream stream);

    /// <summary>A local request is answered by this node's own store; the host owns the payload.</summary>
    void DeliverStored(UInt128 transaction, IStoredPayload payload);

    /// <summary>A local request found nothing. It and Deliver are exclusive: one of them comes, once (scenario P5).</summary>
    void FailGet(UInt128 transaction, OperationStatus status);

    /// <summary>An answer begins to pass through: what it is, as its sender claims.</summary>
    void OnRelaying(UInt128 transaction, ContractOutline contract, long totalLength);

    /// <summary>Read along with this cursor and store what passes.</summary>
    void Cache(ContractOutline contract, ReceiveStream stream, RingCursor cursor);

    /// <summary>Take the whole stream (the host owns its claim), then send it on; CompleteServe or FailBuffered when it ended.</summary>
    void BeginBuffered(UInt128 transaction, ContractOutline contract, ReceiveStream stream, Connection to, int hopsFromSink);

    /// <summary>A peer offers a contract before it sends it; answer the offer by its connection's streams, once.</summary>
    void OnPutOffered(ContractOutline contract, StreamOffer offer);

    /// <summary>A peer puts a contract (the host owns the claim); answer with <see cref="PutTable.Complete"/>.</summary>
    void AcceptPut(UInt128 transaction, ContractOutline contract, ReceiveStream stream);

    /// <summary>A local PUT has its answer, once.</summary>
    void CompletePut(UInt128 transaction, OperationStatus status);
}
