namespace FastPath.Sockets.Tests;

/// <summary>A test that is skipped, visibly, on a machine without IPv6.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class IPv6FactAttribute : FactAttribute
{
    public IPv6FactAttribute() => Skip = Loopback.HasIPv6 ? null : "this machine has no IPv6";
}
