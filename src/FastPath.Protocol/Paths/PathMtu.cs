using FastPath.Protocol.Time;

namespace FastPath.Protocol.Paths;

/// <summary>The longest datagram that one path takes, found by probing (RFC 8899) and given up when it stops working.</summary>
/// <remarks>
/// Sizes rise through a ladder of what links have in common. A probe is a packet that carries nothing else, so its loss
/// costs no data. The search begins only when full packets leave: who sends little gains nothing by it.
/// </remarks>
internal sealed class PathMtu
{
    private const int FullPacketsBeforeSearch = 16;
    private const int ProbesPerSize = 3;

    // Chance alone loses so many in a row once in a thousand times at a loss of a third; the next search repairs it.
    private const int LossesOfBlackHole = 6;
    private static readonly int[] Ladder = [1_452, 8_952, PathMtuSettings.LongestBytes];
    private static readonly Duration RaiseInterval = Duration.FromSeconds(600);
    private static readonly Duration BlackHolePause = Duration.FromSeconds(2);

    // By the rung that a packet needs: losses since one as long arrived, and the newest of those that arrived.
    private readonly int[] _lost = new int[Ladder.Length];
    private readonly ulong[] _newestArrived = new ulong[Ladder.Length];
    private int _ceiling;
    private int _failedAt = int.MaxValue;
    private int _probeBytes;
    private int _probesLost;
    private int _fullPackets;
    private Instant _searchAt = Instant.Zero;

    public PathMtu(PathMtuSettings settings)
    {
        _ceiling = settings.MaxBytes;
        Current = settings.StartBytes;
    }

    /// <summary>Longest datagram that data may travel in.</summary>
    public int Current { get; private set; }

    public long ProbesSent { get; private set; }

    public long BlackHoles { get; private set; }

    /// <summary>This side or the peer wants nothing longer; never below the base.</summary>
    public void Limit(int bytes)
    {
        _ceiling = Math.Min(_ceiling, Math.Max(bytes, PathMtuSettings.BaseBytes));
        Current = Math.Min(Current, _ceiling);
    }

    /// <summary>Length of the probe that is due; the caller sends it, or asks again later.</summary>
    public bool TryGetProbe(Instant now, out int bytes)
    {
        bytes = 0;
        if (Current >= _ceiling || _probeBytes != 0 || _fullPackets < FullPacketsBeforeSearch || now < _searchAt)
        {
            return false;
        }

        bytes = NextSize();
        if (bytes >= _failedAt)
        {
            // The pause after the failure is over: the path may be another one by now.
            _failedAt = int.MaxValue;
        }

        return true;
    }

    public void OnProbeSent(int bytes)
    {
        _probeBytes = bytes;
        ProbesSent++;
    }

    /// <param name="bytes">Its length.</param>
    /// <param name="isFull">What was to be sent next did not fit, however much of the packet is left.</param>
    public void OnPacketSent(int bytes, bool isFull)
    {
        if ((isFull || bytes > Current - (Current / 16)) && _fullPackets < FullPacketsBeforeSearch)
        {
            _fullPackets++;
        }
    }

    public void OnProbeAcknowledged(int bytes, Instant now)
    {
        _probeBytes = bytes == _probeBytes ? 0 : _probeBytes;
        _probesLost = 0;
        if (bytes <= Current)
        {
            return;
        }

        Current = Math.Min(bytes, _ceiling);
        PauseIfExhausted(now);
    }

    public void OnProbeLost(int bytes, Instant now)
    {
        if (bytes != _probeBytes)
        {
            return;
        }

        _probeBytes = 0;
        _probesLost++;
        if (_probesLost >= ProbesPerSize)
        {
            Fail(bytes, now);
        }
    }

    /// <summary>The sender's own system does not let a datagram of this length out.</summary>
    public void OnRefused(int bytes, Instant now)
    {
        if (bytes <= PathMtuSettings.BaseBytes)
        {
            return;
        }

        if (bytes == _probeBytes)
        {
            _probeBytes = 0;
        }

        if (bytes <= Current)
        {
            Current = PathMtuSettings.BaseBytes;
        }

        Fail(bytes, now);
    }

    public void OnAcknowledged(ulong number, int bytes)
    {
        for (int rung = RungOf(bytes); rung >= 0; rung--)
        {
            _newestArrived[rung] = Math.Max(_newestArrived[rung], number);
            _lost[rung] = 0;
        }
    }

    /// <summary>Long packets vanish while shorter ones, sent later, arrive: the path has become narrower.</summary>
    public void OnLost(ulong number, int bytes, Instant now)
    {
        int rung = RungOf(bytes);
        if (rung < 0 || bytes > Current || number < _newestArrived[rung] || ++_lost[rung] < LossesOfBlackHole)
        {
            return;
        }

        BlackHoles++;
        Current = PathMtuSettings.BaseBytes;
        Array.Clear(_lost);
        _fullPackets = 0;
        _probesLost = 0;
        _searchAt = now + BlackHolePause;
    }

    /// <summary>The lowest rung of the ladder that is as long; -1 for what every path takes.</summary>
    private static int RungOf(int bytes)
    {
        if (bytes <= PathMtuSettings.BaseBytes)
        {
            return -1;
        }

        int rung = 0;
        while (rung < Ladder.Length - 1 && bytes > Ladder[rung])
        {
            rung++;
        }

        return rung;
    }

    private int NextSize()
    {
        foreach (int size in Ladder)
        {
            if (size > Current)
            {
                return Math.Min(size, _ceiling);
            }
        }

        return _ceiling;
    }

    private void Fail(int bytes, Instant now)
    {
        _probesLost = 0;
        _failedAt = Math.Min(_failedAt, bytes);
        PauseIfExhausted(now);
    }

    private void PauseIfExhausted(Instant now)
    {
        if (NextSize() >= _failedAt)
        {
            _searchAt = now + RaiseInterval;
        }
    }
}
