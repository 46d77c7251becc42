namespace FastPath.Protocol.Time;

/// <summary>A point in monotonic time: nanoseconds since an origin that only the caller knows.</summary>
/// <remarks>The core never reads a clock. Every instant is an argument, so a simulator can own time.</remarks>
internal readonly record struct Instant(long Nanoseconds) : IComparable<Instant>
{
    /// <summary>Later than every deadline: "no timer is armed".</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public static readonly Instant Zero = new(0);

    public static Instant Min(Instant left, Instant right) => left < right ? left : right;

    public static Instant Max(Instant left, Instant right) => left > right ? left : right;

    public int CompareTo(Instant other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString() => this == Never ? "never" : $"{Nanoseconds / 1e6:0.###} ms";

    public static Instant operator +(Instant instant, Duration duration) =>
        instant == Never ? Never : new(instant.Nanoseconds + duration.Nanoseconds);

    public static Instant operator -(Instant instant, Duration duration) =>
        instant == Never ? Never : new(instant.Nanoseconds - duration.Nanoseconds);

    public static Duration operator -(Instant left, Instant right) => new(left.Nanoseconds - right.Nanoseconds);

    public static bool operator <(Instant left, Instant right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Instant left, Instant right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Instant left, Instant right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Instant left, Instant right) => left.Nanoseconds >= right.Nanoseconds;
}
