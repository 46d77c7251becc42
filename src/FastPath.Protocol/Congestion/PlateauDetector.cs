namespace FastPath.Protocol.Congestion;

/// <summary>Whether the delivery rate still grows: three round trips without a quarter more are a plateau.</summary>
internal struct PlateauDetector
{
    private const double Growth = 1.25;
    private const int RoundTripsMax = 3;

    private long _best;

    /// <summary>Round trips since the rate last grew.</summary>
    public int FlatRoundTrips { get; private set; }

    public readonly bool IsPlateau => FlatRoundTrips >= RoundTripsMax;

    public void Restart(long bytesPerSecond)
    {
        _best = bytesPerSecond;
        FlatRoundTrips = 0;
    }

    /// <param name="isRoundTripStart">Judged once a round trip.</param>
    public void Add(long bytesPerSecond, bool isAppLimited, bool isRoundTripStart)
    {
        if (IsPlateau || !isRoundTripStart || isAppLimited)
        {
            return;
        }

        if (bytesPerSecond >= _best * Growth)
        {
            Restart(bytesPerSecond);
            return;
        }

        FlatRoundTrips++;
    }
}
