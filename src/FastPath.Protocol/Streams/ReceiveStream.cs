using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Time;
using FastPath.Protocol.Verification;
using FastPath.Serialization.Hashing;

namespace FastPath.Protocol.Streams;

/// <summary>One incoming stream of one connection: its ring, its credit, its end.</summary>
/// <remarks>
/// Owned by the loop thread. Readers are cursors over the ring. The first one exists from the start and belongs to whoever claims
/// the stream; until then nothing is reclaimed, so an unclaimed stream holds its initial credit and no more. Complete means
/// every byte from the start offset to the final size has come.
/// </remarks>
internal sealed class ReceiveStream
{
    // A grant is worth a frame once it moves the limit by this part of the window.
    private const int GrantFraction = 4;

    // Enough to tell a lost tail from scattered loss.
    private const int HolesReportedMax = 16;

    private readonly StreamSettings _settings;
    private readonly WindowTuner _tuner;
    private readonly List<IReceiveListener> _listeners = [];
    private StreamErrorCode _endCode;
    private GroupGate? _gate;
    private long _deliveredTo;

    // One reference: readers on other threads see all of it or nothing.
    private byte[]? _finDigest;

    public ReceiveStream(Connection connection, ulong id, FragmentRing ring, StreamSettings settings, Instant now)
    {
        Connection = connection;
        Id = id;
        Ring = ring;
        Claim = ring.TryAddCursor() ?? throw new InvalidOperationException("A new ring was reclaimed already.");
        _settings = settings;
        _tuner = new WindowTuner(now);
        _deliveredTo = ring.StartOffset;
        Granted = ring.StartOffset + settings.InitialCreditBytes;
        LastProgressAt = now;
        ProgressTimeout = settings.ProgressTimeout;
    }

    public Connection Connection { get; }

    public ulong Id { get; }

    public FragmentRing Ring { get; }

    /// <summary>The reader that is there from the start.</summary>
    public RingCursor Claim { get; }

    /// <summary>Null until the opening frame has come.</summary>
    public StreamDescription? Description { get; private set; }

    /// <summary>Absolute offset that the sender may reach; never withdrawn.</summary>
    public long Granted { get; private set; }

    /// <summary>The grant is to be told (again) to the sender.</summary>
    public bool OwesCredit { get; set; }

    public bool IsQueued { get; set; }

    public bool HasEnded { get; private set; }

    public Instant LastProgressAt { get; private set; }

    public Duration ProgressTimeout { get; set; }

    /// <summary>Round trip to the slowest next hop; zero where the bytes are read here.</summary>
    public Duration DownstreamRoundTrip { get; set; }

    public bool IsRelayed { get; set; }

    /// <summary>How many want the stream to go on; the last one that leaves stops it.</summary>
    public int Takers { get; set; } = 1;

    /// <summary>BLAKE3 of the payload as announced, at the opening or with FIN: 32 bytes, or empty while not known.</summary>
    public ReadOnlyMemory<byte> Digest =>
        Description is { Digest.IsEmpty: false } description ? description.Digest : _finDigest;

    /// <summary>What was reported to the sender, so that nothing is said twice.</summary>
    public DeliveryLevel ReportedLevel { get; set; }

    /// <summary>What was missing when the stream failed: the first ranges of it.</summary>
    public IReadOnlyList<(long Start, long End)> HolesAtEnd { get; private set; } = [];

    /// <summary>The sender has used its credit: whoever reads here is waited for, not the sender.</summary>
    public bool IsWaitingForReader => Ring.HighestEnd >= Granted;

    /// <summary>The reader has taken all that it can have, and what has come above a hole waits for a repair.</summary>
    /// <remarks>At a relay it does not wait: it is sent on.</remarks>
    private bool IsWaitingForRepair =>
        !IsRelayed && !Ring.HeldAbove.IsEmpty && Ring.ReclaimedTo > Ring.StartOffset
        && Ring.Payload.Skip(Ring.ReclaimedTo) >= Ring.Payload.ReadableEnd;

    public RingWriteResult Write(long offset, ReadOnlySpan<byte> bytes, Instant now)
    {
        if (offset + bytes.Length > Granted)
        {
            return RingWriteResult.BeyondWindow;
        }

        RingWriteResult result = Ring.Write(offset, bytes, out _);
        if (result == RingWriteResult.Stored)
        {
            LastProgressAt = now;

            // A fragment may reach below the start offset; the ring took what lies above, and nobody may read the rest.
            Tell(Math.Max(offset, Ring.StartOffset), offset + bytes.Length, isVerified: false);
            if (!TryVerify())
            {
                return RingWriteResult.Corrupt;
            }

            EndIfComplete();
        }

        return result;
    }

    /// <returns>False when it contradicts what is known: the stream is broken.</returns>
    public bool TryAnnounce(in StreamOpenFrame frame)
    {
        if (Description is { } known)
        {
            return known.Matches(in frame);
        }

        return frame.StartOffset == Ring.StartOffset && TryAnnounce(StreamDescription.Read(in frame));
    }

    /// <summary>An offer that was accepted is announced from the start; its ring begins where it was accepted from.</summary>
    public bool TryAnnounce(StreamDescription description)
    {
        if (!description.IsProvable || (description.FinalSize is var size and >= 0 && !Ring.TrySetFinalSize(size)))
        {
            return false;
        }

        Announce(description);
        return true;
    }

    /// <summary>Verifies what has come, tells of it, and ends a stream that is complete; nothing to do without proofs.</summary>
    /// <returns>False when a group is not what was announced: the stream is broken.</returns>
    public bool TryVerify()
    {
        if (_gate is not { } gate)
        {
            return true;
        }

        long before = Math.Max(Ring.Payload.ReadableEnd, Ring.StartOffset);
        bool isRight = gate.TryAdvance();
        if (Ring.Payload.ReadableEnd > before)
        {
            Tell(before, Ring.Payload.ReadableEnd, isVerified: true);
        }

        if (isRight)
        {
            EndIfComplete();
        }

        return isRight;
    }

    /// <summary>Nobody here reads the stream but to pass it on as it comes: it is not verified here, and costs no hashing.</summary>
    /// <remarks>Before anybody is told of it.</remarks>
    public void PassUnverified()
    {
        if (!HasEnded)
        {
            LeaveGate();
            Ring.Payload.Ungate();
        }
    }

    public bool TryFinish(in FinFrame frame)
    {
        if (!frame.Digest.IsEmpty && _finDigest is null)
        {
            _finDigest = frame.Digest.ToArray();
        }

        bool isConsistent = Ring.TrySetFinalSize(frame.FinalSize);
        EndIfComplete();
        return isConsistent;
    }

    /// <summary>Attaches one that is told; what came before is told at once.</summary>
    public void Attach(IReceiveListener listener)
    {
        _listeners.Add(listener);
        bool isGated = Ring.Payload.IsGated && !listener.TakesUnverified;
        long told = isGated ? Ring.Payload.ReadableEnd : Ring.Frontier;
        if (told > Ring.StartOffset)
        {
            listener.OnStored(this, Ring.StartOffset, told);
        }

        for (int i = 0; i < Ring.HeldAbove.Count && !isGated; i++)
        {
            (long start, long end) = Ring.HeldAbove[i];
            listener.OnStored(this, start, end);
        }

        if (HasEnded)
        {
            listener.OnReceiveEnded(this, _endCode);
        }
    }

    /// <summary>Gives back what every reader has passed and turns it into credit.</summary>
    /// <param name="isStarved">A reader has looked at everything and waits for more: the smallest grant is worth a frame.</param>
    /// <returns>True when a STREAM_CREDIT is owed.</returns>
    public bool OnConsumed(Instant now, bool isStarved = false)
    {
        long reclaimedTo = Reclaim();
        return !HasEnded && TryGrant(now, reclaimedTo, IsWaitingForRepair, isStarved);
    }

    /// <summary>Bytes have come: those above a hole are room for more, though nobody can consume them.</summary>
    /// <returns>True when a STREAM_CREDIT is owed.</returns>
    public bool OnStoredAbove(Instant now)
    {
        if (!IsWaitingForRepair)
        {
            return false;
        }

        // It still waits behind this, as what is given back only grows.
        long reclaimedTo = Reclaim();
        return !HasEnded && TryGrant(now, reclaimedTo, isWaitingForRepair: true, isStarved: false);
    }

    private long Reclaim() => HasEnded ? Ring.ReclaimIdle() : Ring.Reclaim();

    private bool TryGrant(Instant now, long reclaimedTo, bool isWaitingForRepair, bool isStarved)
    {
        Duration roundTrip = (Connection.Rtt.HasSample ? Connection.Rtt.Min : Duration.Zero) + DownstreamRoundTrip;

        // What waits for a repair is not what the reader is too slow for: the sender goes on meanwhile.
        long deliveredTo = Math.Max(_deliveredTo, reclaimedTo + (isWaitingForRepair ? Ring.ReorderedBytes : 0));
        _tuner.OnDelivered(deliveredTo - _deliveredTo, now, roundTrip);
        _deliveredTo = deliveredTo;
        long floor = IsRelayed ? _settings.WindowBytesMin : _settings.SinkWindowBytesMin;
        if (Ring.Payload.IsEncoded)
        {
            floor = Math.Max(floor, VerifiedEncoding.WindowBytesMin);
        }

        long wanted = Math.Clamp(_tuner.WindowBytes(roundTrip, IsRelayed), floor, _settings.WindowBytesMax);
        if (wanted > Ring.Capacity && !Ring.TryGrow(wanted))
        {
            // A part of it is better than none: the budget is nearly used.
            Ring.TryGrow(Ring.Capacity + ((wanted - Ring.Capacity) / 2));
        }

        // What is wanted now, not what the ring was widened to: else a window that has shrunk is never worth a frame again.
        long window = Math.Min(wanted, Ring.Capacity);
        long limit = reclaimedTo + window;
        bool isUseful = Ring.FinalSize < 0 || Granted < Ring.FinalSize;
        if (!isUseful || limit - Granted < (isStarved ? 1 : window / GrantFraction))
        {
            return false;
        }

        Granted = limit;
        OwesCredit = true;
        return true;
    }

    /// <summary>Ends the stream at this side; the listener hears it once.</summary>
    public void End(StreamErrorCode code)
    {
        if (HasEnded)
        {
            return;
        }

        HasEnded = true;
        OwesCredit = false;
        _endCode = code;
        LeaveGate();
        if (code != StreamErrorCode.None)
        {
            HolesAtEnd = FindHoles();
        }

        Ring.Abandon();
        foreach (IReceiveListener listener in _listeners.ToArray())
        {
            listener.OnReceiveEnded(this, code);
        }
    }

    private void Announce(StreamDescription description)
    {
        Description = description;
        if (description.Encoding is { } encoding)
        {
            Ring.Payload.Encode(in encoding);
            if (_settings.VerifiesGroups)
            {
                _gate = new GroupGate(Ring, in encoding, description.Digest.Span, Connection.Streams.Counters);
            }
        }
    }

    private void LeaveGate()
    {
        _gate?.Leave();
        _gate = null;
    }

    /// <summary>Of bytes as they come, and, where there is a gate, of verified ones: each listener of the one or the other.</summary>
    private void Tell(long start, long end, bool isVerified)
    {
        // One that a listener attaches here is told of these bytes by Attach.
        int count = _listeners.Count;
        for (int i = 0; i < count; i++)
        {
            IReceiveListener listener = _listeners[i];
            if (isVerified == (Ring.Payload.IsGated && !listener.TakesUnverified))
            {
                listener.OnStored(this, start, end);
            }
        }
    }

    private void EndIfComplete()
    {
        if (Ring.Payload.IsComplete && Description is not null)
        {
            End(StreamErrorCode.None);
        }
    }

    private List<(long Start, long End)> FindHoles()
    {
        var holes = new List<(long, long)>();
        long position = Ring.Frontier;
        for (int i = 0; i < Ring.HeldAbove.Count && holes.Count < HolesReportedMax; i++)
        {
            (long start, long end) = Ring.HeldAbove[i];
            holes.Add((position, start));
            position = end;
        }

        if (holes.Count < HolesReportedMax && position < Ring.FinalSize)
        {
            holes.Add((position, Ring.FinalSize));
        }

        return holes;
    }
}
