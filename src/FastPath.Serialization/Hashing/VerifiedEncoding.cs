using System.Numerics;

namespace FastPath.Serialization.Hashing;

/// <summary>Where proofs and groups lie in a verified stream: before each group of 16 KiB comes its proof.</summary>
/// <remarks>
/// Positions count from the start offset of the stream on, which is a payload offset: the first proof begins there, so
/// positions run ahead of payload offsets by the proofs passed. All of it follows from the length of the payload and the
/// first group, so both ends and every relay agree without a word, and each value costs the same wherever it lies.
/// </remarks>
internal readonly struct VerifiedEncoding
{
    /// <summary>A payload of 2^62 bytes has 2^48 groups: as many levels.</summary>
    public const int ProofBytesMax = 48 * Blake3GroupLayout.NodeBytes;

    /// <summary>The least window of a receiver: two groups with their proofs, at lengths that a receiver takes (2^40 bytes).</summary>
    public const int WindowBytesMin = 2 * (GroupBytes + (26 * NodeBytes));

    private const int GroupBytes = Blake3GroupLayout.GroupBytes;
    private const int NodeBytes = Blake3GroupLayout.NodeBytes;

    /// <param name="payloadBytes">Of the whole payload.</param>
    /// <param name="startOffset">Payload offset of the first group that is sent: see <see cref="IsStart"/>.</param>
    public VerifiedEncoding(long payloadBytes, long startOffset)
    {
        if (!IsStart(payloadBytes, startOffset))
        {
            throw new ArgumentOutOfRangeException(nameof(startOffset), startOffset, "No group begins there.");
        }

        Layout = new Blake3GroupLayout(payloadBytes);
        FirstGroup = startOffset / GroupBytes;
    }

    public Blake3GroupLayout Layout { get; }

    public long FirstGroup { get; }

    public long StartOffset => FirstGroup * GroupBytes;

    /// <summary>Position behind the last group: the final size of the stream.</summary>
    public long FinalSize => GroupEnd(Layout.GroupCount - 1);

    /// <summary>Whether a group begins at an offset; group 0 of an empty payload does, the end of any other one does not.</summary>
    public static bool IsStart(long payloadBytes, long offset) =>
        payloadBytes >= 0 && offset >= 0 && offset % GroupBytes == 0 && (offset < payloadBytes || offset == 0);

    /// <summary>The nearest offset at or below one where a group begins, so that at least one group follows.</summary>
    public static long RoundDown(long payloadBytes, long offset) =>
        Math.Max(0, Math.Min(offset, payloadBytes - 1)) / GroupBytes * GroupBytes;

    public long ProofStart(long group) => (group * GroupBytes) + (NodesBefore(group) * NodeBytes);

    public long GroupStart(long group) => (group * GroupBytes) + (NodesBefore(group + 1) * NodeBytes);

    public long GroupEnd(long group) => GroupStart(group) + Layout.BytesOf(group);

    /// <summary>The group whose proof or bytes lie at a position; the last one at the end.</summary>
    public long GroupAt(long position)
    {
        // Off by a group at most: the nodes of a path are shorter than a group.
        long guess = FirstGroup + ((position - StartOffset) / (GroupBytes + NodeBytes));
        long group = Math.Min(guess, Layout.GroupCount - 1);
        while (group > FirstGroup && ProofStart(group) > position)
        {
            group--;
        }

        while (group + 1 < Layout.GroupCount && ProofStart(group + 1) <= position)
        {
            group++;
        }

        return group;
    }

    /// <summary>Payload bytes below a position, those before the start offset counted.</summary>
    public long PayloadOffset(long position)
    {
        long group = GroupAt(position);
        return (group * GroupBytes) + Math.Clamp(position - GroupStart(group), 0, Layout.BytesOf(group));
    }

    /// <summary>Position of a payload byte.</summary>
    public long PositionOf(long payloadOffset)
    {
        long group = Math.Min(payloadOffset / GroupBytes, Layout.GroupCount - 1);
        return GroupStart(group) + payloadOffset - (group * GroupBytes);
    }

    /// <summary>Nodes in the proofs of the groups from the first one up to, and without, the given one.</summary>
    /// <remarks>
    /// Those are the distinct nodes above these groups. On level k stand ((g - 1) >> k) - (first >> k) + 1 of them, and over all
    /// levels sum(n >> k) = n - popcount(n). Only the last node of a level may lack its right half and so be none: on the levels
    /// where the path of the last group here is that of the payload's last group, and that one goes left.
    /// </remarks>
    private long NodesBefore(long group)
    {
        if (group <= FirstGroup)
        {
            return 0;
        }

        long last = group - 1;
        long lastOfAll = Layout.GroupCount - 1;
        long places = last - BitOperations.PopCount((ulong)last)
            - (FirstGroup - BitOperations.PopCount((ulong)FirstGroup))
            + Layout.Levels;
        int apart = 64 - BitOperations.LeadingZeroCount((ulong)(last ^ lastOfAll));
        int shared = Math.Max(apart, 1) - 1;
        int goingLeft = Layout.Levels - shared - BitOperations.PopCount((ulong)(lastOfAll >> shared));
        return places - goingLeft;
    }
}
