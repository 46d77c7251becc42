using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>Proofs of stored payloads, each computed once by whoever asks first and kept while there is room.</summary>
/// <remarks>The longest unused go first. Safe for use by many threads.</remarks>
/// <param name="reopen">Opens a stored contract once more, for a computation that nobody waits for.</param>
/// <param name="work">That computation is a part of it.</param>
/// <param name="bytesMax">Of all entries.</param>
/// <param name="waitBytesMax">
/// Up to this length of a payload its first request waits for the proof; the searching node must not think this one silent.
/// </param>
internal sealed class PayloadProofCache(
    Func<ContractInstanceId, StoredPayload?> reopen,
    StoreWork work,
    long bytesMax = PayloadProofCache.BytesMaxDefault,
    long waitBytesMax = PayloadProofCache.WaitBytesMaxDefault)
{
    /// <summary>Values of 4 GiB of payload.</summary>
    public const long BytesMaxDefault = PayloadProof.OutboardBytesMax;

    public const long WaitBytesMaxDefault = 256L * 1_024 * 1_024;

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
    /// <returns>Null while it is computed beside, for a payload that is too long to be waited for.</returns>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<PayloadProof?> GetAsync(StoredPayload stored, ContractForm form)
    {
        bool waits = stored.Serialize(form).Length <= waitBytesMax;
        Entry entry = FindOrAdd(ContentOf(stored, form), out bool isNew);
        if (isNew && waits)
        {
            Compute(entry, stored);
        }
        else if (isNew)
        {
            work.Start(() => ComputeBeside(entry));
        }

        return waits || entry.Proof.Task.IsCompletedSuccessfully ? await entry.Proof.Task.ConfigureAwait(false) : null;
    }

    private static Content ContentOf(StoredPayload stored, ContractForm form) =>
        new(stored.Key, form, Convert.ToHexString(stored.Entry.StateDigest.GetValueOrDefault().Span));

    private Entry FindOrAdd(Content content, out bool isNew)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(content, out LinkedListNode<Entry>? known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                isNew = false;
                return known.Value;
            }

            Computed++;
            isNew = true;
            var entry = new Entry(content);
            _entries.Add(content, _byUse.AddFirst(entry));
            return entry;
        }
    }

    private void ComputeBeside(Entry entry)
    {
        try
        {
            using StoredPayload again = reopen(entry.Content.Key.Instance)
                ?? throw new IOException($"{entry.Content.Key} is not stored any more");
            if (ContentOf(again, entry.Content.Form) != entry.Content)
            {
                throw new IOException($"{entry.Content.Key} was replaced");
            }

            Compute(entry, again);
        }
        catch (Exception e)
        {
            Fail(entry, e);
        }
    }

    private void Compute(Entry entry, StoredPayload stored)
    {
        try
        {
            var proof = PayloadProof.Compute(
                stored.Serialize(entry.Content.Form), withOutboard: true, work.Ending);
            Keep(entry, proof.OutboardBytes + EntryBytes);
            entry.Proof.SetResult(proof);
        }
        catch (Exception e)
        {
            Fail(entry, e);
        }
    }

    private void Fail(Entry entry, Exception e)
    {
        lock (_gate)
        {
            Drop(entry);
        }

        if (entry.Proof.TrySetException(e))
        {
            // Perhaps nobody waits for it; the next request tries again.
            _ = entry.Proof.Task.Exception;
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
