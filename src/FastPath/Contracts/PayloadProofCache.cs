using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>Proofs of stored payloads, each computed once by whoever asks first and kept while there is room.</summary>
/// <remarks>The longest unused go first. Safe for use by many threads.</remarks>
internal sealed class PayloadProofCache(long bytesMax)
{
    /// <summary>Values of 4 GiB of payload.</summary>
    public const long BytesMaxDefault = PayloadProof.OutboardBytesMax;

    // Digest and bookkeeping of an entry, so that very many small payloads are bounded, too.
    private const int EntryBytes = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<Content, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();

    /// <summary>What the entries hold, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many payloads were read to compute a proof.</summary>
    public long Computed { get; private set; }

    /// <summary>Gives the proof of a stored payload, which is read whole when nobody has asked before.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public Task<PayloadProof> GetAsync(StoredPayload stored, ContractForm form)
    {
        var content = new Content(stored.Key, form, Convert.ToHexString(stored.Entry.StateDigest.GetValueOrDefault().Span));
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(content, out LinkedListNode<Entry>? known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Proof.Task;
            }

            Computed++;
            entry = new Entry(content);
            _entries.Add(content, _byUse.AddFirst(entry));
        }

        Compute(entry, stored, form);
        return entry.Proof.Task;
    }

    private void Compute(Entry entry, StoredPayload stored, ContractForm form)
    {
        try
        {
            var proof = PayloadProof.Compute(stored.Serialize(form), withOutboard: true, CancellationToken.None);
            Keep(entry, proof.OutboardBytes + EntryBytes);
            entry.Proof.SetResult(proof);
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                Drop(entry);
            }

            entry.Proof.SetException(e);
        }
    }

    private void Keep(Entry entry, long bytes)
    {
        lock (_gate)
        {
            entry.Bytes = bytes;
            Bytes += bytes;
            for (LinkedListNode<Entry>? last = _byUse.Last; last is not null && Bytes > bytesMax;)
            {
                LinkedListNode<Entry>? before = last.Previous;
                if (last.Value.Bytes > 0)
                {
                    Drop(last.Value);
                }

                last = before;
            }
        }
    }

    private void Drop(Entry entry)
    {
        if (_entries.Remove(entry.Content, out LinkedListNode<Entry>? node))
        {
            _byUse.Remove(node);
            Bytes -= entry.Bytes;
        }
    }

    /// <summary>What decides every byte of a payload: code and parameters are in the key.</summary>
    private readonly record struct Content(ContractKey Key, ContractForm Form, string StateDigest);

    private sealed class Entry(Content content)
    {
        public Content Content { get; } = content;

        public TaskCompletionSource<PayloadProof> Proof { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>0 while it is being computed.</summary>
        public long Bytes { get; set; }
    }
}
