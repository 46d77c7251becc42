using FastPath.Contracts;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Bodies;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>What a PUT or an update of this node carries, and how it went; also an update that another node sends on.</summary>
/// <param name="outline">For the opening frame.</param>
/// <param name="body">Readable at any offset until the operation has ended.</param>
/// <param name="proof">Digest of the body.</param>
/// <param name="onSent">Called when a stream has ended, well or badly; not when the node had the content already.</param>
internal sealed class PutSource(ContractOutline outline, IBody body, PayloadProof proof, Action<RingWriter>? onSent)
{
    public ContractOutline Outline => outline;

    public IBody Body => body;

    public PayloadProof Proof => proof;

    public Action<RingWriter>? OnSent => onSent;

    public TaskCompletionSource<OperationStatus> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the newest sending was counted; the word of its receiver may come earlier.</summary>
    public Task Sending { get; set; } = Task.CompletedTask;

    /// <summary>The first node had it already.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Why nothing could be sent, when that is known better than by the status.</summary>
    public FastPathException? Failure { get; set; }
}
