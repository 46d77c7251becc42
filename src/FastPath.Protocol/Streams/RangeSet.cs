using System.Diagnostics;

namespace FastPath.Protocol.Streams;

/// <summary>Sorted, disjoint half-open ranges of offsets. Appending at the end is O(1) and warm use allocates nothing.</summary>
internal sealed class RangeSet
{
    private const int InitialCapacity = 4;

    // Once there are holes, there may be some more: growing to each new record would allocate now and then.
    private const int SecondCapacity = 32;

    private (long Start, long End)[] _ranges = new (long, long)[InitialCapacity];

    public int Count { get; private set; }

    public bool IsEmpty => Count == 0;

    public (long Start, long End) this[int index]
    {
        get
        {
            Debug.Assert(index < Count);
            return _ranges[index];
        }
    }

    /// <summary>Covers [start, end).</summary>
    /// <returns>Offsets that were not covered before.</returns>
    public long Add(long start, long end)
    {
        Debug.Assert(start <= end);
        if (start == end)
        {
            return 0;
        }

        if (Count == 0 || start > _ranges[Count - 1].End)
        {
            Insert(Count, start, end);
            return end - start;
        }

        int first = FirstEndingAtOrAfter(start);
        int last = first;
        long covered = 0;
        long mergedStart = start;
        long mergedEnd = end;
        while (last < Count && _ranges[last].Start <= end)
        {
            covered += Math.Max(0, Math.Min(end, _ranges[last].End) - Math.Max(start, _ranges[last].Start));
            mergedStart = Math.Min(mergedStart, _ranges[last].Start);
            mergedEnd = Math.Max(mergedEnd, _ranges[last].End);
            last++;
        }

        if (first == last)
        {
            Insert(first, start, end);
            return end - start;
        }

        _ranges[first] = (mergedStart, mergedEnd);
        RemoveAt(first + 1, last - first - 1);
        return end - start - covered;
    }

    /// <summary>Covers [start, end), unless any of it was covered: then nothing changes.</summary>
    /// <param name="start">Below <paramref name="end"/>.</param>
    /// <param name="end">Not covered itself.</param>
    public bool TryAddNew(long start, long end)
    {
        int index = FirstEndingAtOrAfter(start);
        bool meetsLower = index < Count && _ranges[index].End == start;
        int next = meetsLower ? index + 1 : index;
        if (next < Count && _ranges[next].Start < end)
        {
            return false;
        }

        bool meetsUpper = next < Count && _ranges[next].Start == end;
        if (meetsLower && meetsUpper)
        {
            _ranges[index].End = _ranges[next].End;
            RemoveAt(next, 1);
        }
        else if (meetsLower)
        {
            _ranges[index].End = end;
        }
        else if (meetsUpper)
        {
            _ranges[next].Start = start;
        }
        else
        {
            Insert(index, start, end);
        }

        return true;
    }

    /// <summary>Uncovers the lowest range.</summary>
    public void RemoveFirst() => RemoveAt(0, 1);

    /// <summary>Uncovers [start, end).</summary>
    public void Remove(long start, long end)
    {
        if (start >= end)
        {
            return;
        }

        int index = FirstEndingAtOrAfter(start + 1);
        while (index < Count && _ranges[index].Start < end)
        {
            (long oldStart, long oldEnd) = _ranges[index];
            if (oldStart < start && oldEnd > end)
            {
                _ranges[index] = (oldStart, start);
                Insert(index + 1, end, oldEnd);
                return;
            }

            if (oldStart < start)
            {
                _ranges[index++] = (oldStart, start);
            }
            else if (oldEnd > end)
            {
                _ranges[index] = (end, oldEnd);
                return;
            }
            else
            {
                RemoveAt(index, 1);
            }
        }
    }

    public bool Contains(long start, long end)
    {
        int index = FirstEndingAtOrAfter(end);
        return start >= end || (index < Count && _ranges[index].Start <= start);
    }

    /// <summary>The first part of [position, end) that is not covered.</summary>
    public bool TryFindGap(long position, long end, out long gapStart, out long gapEnd)
    {
        int index = FirstEndingAtOrAfter(position + 1);
        if (index < Count && _ranges[index].Start <= position)
        {
            position = _ranges[index].End;
            index++;
        }

        gapStart = position;
        gapEnd = index < Count ? Math.Min(end, _ranges[index].Start) : end;
        return gapStart < gapEnd;
    }

    /// <summary>Takes up to <paramref name="lengthMax"/> offsets from the front.</summary>
    public bool TryPopFront(long lengthMax, out long start, out long end)
    {
        if (Count == 0 || lengthMax <= 0)
        {
            start = end = 0;
            return false;
        }

        (start, long rangeEnd) = _ranges[0];
        end = start + Math.Min(rangeEnd - start, lengthMax);
        if (end == rangeEnd)
        {
            RemoveAt(0, 1);
        }
        else
        {
            _ranges[0] = (end, rangeEnd);
        }

        return true;
    }

    public void Clear() => Count = 0;

    private int FirstEndingAtOrAfter(long offset)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Insert(int index, long start, long end)
    {
        if (Count == _ranges.Length)
        {
            Array.Resize(ref _ranges, Math.Max(SecondCapacity, Count * 2));
        }

        if (index < Count)
        {
            Array.Copy(_ranges, index, _ranges, index + 1, Count - index);
        }

        _ranges[index] = (start, end);
        Count++;
    }

    private void RemoveAt(int index, int count)
    {
        if (index + count < Count)
        {
            Array.Copy(_ranges, index + count, _ranges, index, Count - index - count);
        }

        Count -= count;
    }
}
