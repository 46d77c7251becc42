namespace FastPath.Protocol.Time;

/// <summary>A signed span of time in nanoseconds.</summary>
internal readonly record struct Duration(long Nanoseconds) : IComparable<Duration>
{
    public static readonly Duration Zero = new(0);

    public double Seconds => Nanoseconds / 1e9;

    public double Milliseconds => Nanoseconds / 1e6;

    public double Microseconds => Nanoseconds / 1e3;

    public static Duration FromSeconds(double seconds) => new((long)(seconds * 1e9));

    public static Duration FromMilliseconds(double milliseconds) => new((long)(milliseconds * 1e6));

    public static Duration FromMicroseconds(double microseconds) => new((long)(microseconds * 1e3));

    public static Duration FromTimeSpan(TimeSpan span) => new(checked(span.Ticks * 100));

    public static Duration Max(Duration left, Duration right) => left > right ? left : right;

    public static Duration Min(Duration left, Duration right) => left < right ? left : right;

    public TimeSpan ToTimeSpan() => new(Nanoseconds / 100);

    public int CompareTo(Duration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString() => $"{Milliseconds:0.###} ms";

    public static Duration operator +(Duration left, Duration right) => new(left.Nanoseconds + right.Nanoseconds);

    public static Duration operator -(Duration left, Duration right) => new(left.Nanoseconds - right.Nanoseconds);

    public static Duration operator *(Duration left, long factor) => new(left.Nanoseconds * factor);

    public static Duration operator *(Duration left, double factor) => new((long)(left.Nanoseconds * factor));

    public static Duration operator /(Duration left, long divisor) => new(left.Nanoseconds / divisor);

    public static bool operator <(Duration left, Duration right) => left.Nanoseconds < right.Nanoseconds;

    public static bool operator >(Duration left, Duration right) => left.Nanoseconds > right.Nanoseconds;

    public static bool operator <=(Duration left, Duration right) => left.Nanoseconds <= right.Nanoseconds;

    public static bool operator >=(Duration left, Duration right) => left.Nanoseconds >= right.Nanoseconds;
}
