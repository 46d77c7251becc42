using System.Reflection;
using FastPath.Protocol.Nodes;

namespace FastPath.Engine.Tests.Saturation;

/// <summary>Stands for a host of which nothing is wanted.</summary>
internal class NoHost : DispatchProxy
{
    public static INodeHost Create() => Create<INodeHost, NoHost>();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
}
