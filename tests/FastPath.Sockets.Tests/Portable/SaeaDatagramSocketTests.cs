using System.Net;
using FastPath.Sockets.Portable;
using FastPath.Sockets.Tests.Conformance;

namespace FastPath.Sockets.Tests.Portable;

[Collection(RunsAlone.Name)]
public sealed class SaeaDatagramSocketTests : DatagramSocketConformance
{
    private protected override IDatagramSocket Open(IPEndPoint local, DatagramSocketSettings settings) =>
        new SaeaDatagramSocket(local, settings);
}
