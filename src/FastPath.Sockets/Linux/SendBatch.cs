using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>
/// Datagrams written side by side into one pinned arena and grouped by peer and length, ready for the kernel.
/// </summary>
/// <remarks>
/// A datagram joins the newest group of its peer, or starts one, and groups go out in the order in which they started:
/// so the order of each peer's datagrams is kept, and peers that take turns still get full groups.
/// </remarks>
internal sealed class SendBatch
{
    public const int GroupsMax = 64;

    // Peers beyond this many take turns too fast to be worth a search.
    private const int GroupsSearchedMax = 8;

    private readonly PinnedVector<byte> _arena;
    private readonly PinnedVector<IoVector> _vectors = new(GroupsMax * SendGroup.DatagramsMax);
    private readonly SendGroup[] _groups = new SendGroup[GroupsMax];
    private int _tail;

    public SendBatch(int arenaBytes) => _arena = new PinnedVector<byte>(arenaBytes);

    public int Count { get; private set; }

    public ref readonly SendGroup this[int index] => ref _groups[index];

    public nint VectorsOf(int group) => _vectors.AddressOf(group * SendGroup.DatagramsMax);

    /// <summary>False when the arena's rest is shorter: flush, clear and ask again.</summary>
    public bool TryRent(int length, out Span<byte> space)
    {
        bool isRoom = length <= _arena.Length - _tail;
        space = isRoom ? _arena.Span.Slice(_tail, length) : default;
        return isRoom;
    }

    /// <summary>Takes the first bytes of the space rented last as a datagram.</summary>
    /// <param name="datagramsMax">1 when the peer's path does not take groups.</param>
    /// <param name="ecn">Codepoint of its IP header, one for a group.</param>
    /// <returns>False when there is no room for another group: flush, <see cref="Clear"/> and ask again.</returns>
    public bool TryCommit(int length, PeerAddress to, int datagramsMax, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        int index = NewestOf(to);
        if (index < 0 || _groups[index].Ecn != ecn || !_groups[index].Admits(length, datagramsMax))
        {
            if (Count == GroupsMax)
            {
                return false;
            }

            index = Count++;
            _groups[index] = new SendGroup { To = to, Ecn = ecn, SegmentBytes = length };
        }

        Append(ref _groups[index], index * SendGroup.DatagramsMax, length);
        _tail += length;
        return true;
    }

    /// <summary>Forgets the groups; the space rented last stays valid until the next rent.</summary>
    public void Clear() => Count = 0;

    /// <summary>Lets the next rent start over; only when no group is left.</summary>
    public void Rewind() => _tail = 0;

    /// <summary>One datagram of a group, as memory for the kernel.</summary>
    public IoVector DatagramOf(int group, int number)
    {
        ref readonly SendGroup whole = ref _groups[group];
        int skip = number * whole.SegmentBytes;
        foreach (ref readonly IoVector vector in
            _vectors.Span.Slice(group * SendGroup.DatagramsMax, whole.Vectors))
        {
            if (skip < (int)vector.Length || vector.Length == 0)
            {
                int length = Math.Min(whole.SegmentBytes, (int)vector.Length - skip);
                return new IoVector { Base = vector.Base + skip, Length = (nuint)length };
            }

            skip -= (int)vector.Length;
        }

        throw new ArgumentOutOfRangeException(nameof(number));
    }

    /// <summary>What a vector of <see cref="DatagramOf"/> covers.</summary>
    public ReadOnlySpan<byte> BytesOf(in IoVector datagram) =>
        _arena.Span.Slice((int)(datagram.Base - _arena.AddressOf(0)), (int)datagram.Length);

    private int NewestOf(PeerAddress to)
    {
        int oldest = Math.Max(0, Count - GroupsSearchedMax);
        for (int i = Count - 1; i >= oldest; i--)
        {
            if (_groups[i].To == to)
            {
                return i;
            }
        }

        return -1;
    }

    private void Append(ref SendGroup group, int firstVector, int length)
    {
        nint address = _tail < _arena.Length ? _arena.AddressOf(_tail) : _arena.AddressOf(_arena.Length - 1) + 1;
        ref IoVector last = ref _vectors[firstVector + Math.Max(0, group.Vectors - 1)];
        if (group.Vectors > 0 && last.Base + (nint)last.Length == address)
        {
            last.Length += (nuint)length;
        }
        else
        {
            _vectors[firstVector + group.Vectors++] = new IoVector { Base = address, Length = (nuint)length };
        }

        group.Bytes += length;
        group.Datagrams++;
    }
}
