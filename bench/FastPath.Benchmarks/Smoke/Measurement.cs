namespace FastPath.Benchmarks.Smoke;

/// <summary>What one operation costs. The time is a hint only: the run is short and shares the machine.</summary>
internal readonly record struct Measurement(double BytesPerOperation, double NanosecondsPerOperation)
{
    /// <summary>Whole bytes; above zero it is at least one, so that a rare allocation is not rounded away.</summary>
    public long RoundedBytes => BytesPerOperation is > 0 and < 1 ? 1 : (long)Math.Round(BytesPerOperation);
}
