using System.Net;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Contracts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FastPath.Tests.Options;

/// <summary>Options read from a configuration, and what is wrong in one.</summary>
public sealed class FastPathConfigurationTests
{
    private static readonly string Key = Base58.Encode(Enumerable.Repeat((byte)7, 32).ToArray());

    [Fact]
    public void An_empty_section_leaves_the_defaults()
    {
        FastPathOptions options = Read();
        Assert.Equal(new FastPathOptions(), options with { AllowedPeers = [] });
        Assert.Equal((FastPathStreaming.On, 65_536L, true), (options.Streaming, options.StreamingThresholdBytes, options.StreamingEnabled));
    }

    [Fact]
    public void Each_option_is_read_in_the_notation_of_its_kind()
    {
        FastPathOptions options = Read(
            ("Streaming", "opt-in"),
            ("StreamingThresholdBytes", "1MiB"),
            ("wholemessagebytesmax", "10MB"),
            ("PipedForwarding", "off"),
            ("Cache", "False"),
            ("HopsToLive", "3"),
            ("ProgressTimeout", "500ms"),
            ("IdleTimeout", "2m"),
            ("PartialLifetime", "3.00:00:00"),
            ("Cipher", "aes256gcm"),
            ("Congestion", "Ledbat"),
            ("ContractForm", "archived"),
            ("Retry:AttemptsWithoutProgress", "9"),
            ("Retry:PauseMax", "7s"),
            ("PartialFolder", "some/where"),
            ("AllowedPeers:0", Key));
        Assert.Equal((FastPathStreaming.OptIn, 1L << 20, 10_000_000L), (options.Streaming, options.StreamingThresholdBytes, options.WholeMessageBytesMax));
        Assert.Equal((false, false, 3), (options.PipedForwarding, options.Cache, options.HopsToLive));
        Assert.Equal((TimeSpan.FromSeconds(0.5), TimeSpan.FromMinutes(2), TimeSpan.FromDays(3)), (options.ProgressTimeout, options.IdleTimeout, options.PartialLifetime));
        Assert.Equal((FastPathCipher.Aes256Gcm, FastPathCongestion.Ledbat, ContractForm.Archived), (options.Cipher, options.Congestion, options.ContractForm));
        Assert.Equal(new RetryBudget { AttemptsWithoutProgress = 9, PauseMax = TimeSpan.FromSeconds(7) }, options.Retry);
        Assert.Equal("some/where", options.PartialFolder);
        Assert.Equal(Key, Base58.Encode(Assert.Single(options.AllowedPeers).Span));
    }

    [Theory]
    [InlineData("Streaming", "sometimes", "FastPath:Streaming 'sometimes': expected Off, Shadow, OptIn, On")]
    [InlineData("Streaming", "3", "FastPath:Streaming '3'")]
    [InlineData("StreamingThresholdBytes", "many", "FastPath:StreamingThresholdBytes 'many'")]
    [InlineData("StreamingThresholdBytes", "-1", "FastPath:StreamingThresholdBytes '-1'")]
    [InlineData("HopsToLive", "0", "HopsToLive: expected 1 to 255")]
    [InlineData("IdleTimeout", "soon", "FastPath:IdleTimeout 'soon'")]
    [InlineData("IdleTimeout", "0s", "IdleTimeout: expected more than zero")]
    [InlineData("Cache", "perhaps", "FastPath:Cache 'perhaps'")]
    [InlineData("Retry:PauseMax", "1ms", "option Retry:")]
    [InlineData("AllowedPeers:0", "abc", "FastPath:AllowedPeers:0 'abc'")]
    [InlineData("Treshold", "1", "FastPath:Treshold: there is no such option")]
    public void What_is_wrong_is_named(string option, string value, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Read((option, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_host_gets_the_options_as_a_service_and_keeps_what_it_gave_in_code()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddFastPath(Configuration(("Streaming", "Shadow")), new FastPathOptions { IsClient = true })
            .BuildServiceProvider();
        FastPathOptions options = services.GetRequiredService<FastPathOptions>();
        Assert.Equal((FastPathStreaming.Shadow, false, true), (options.Streaming, options.StreamingEnabled, options.IsClient));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddFastPath(Configuration(("Streaming", "Maybe"))));
    }

    [Fact]
    public async Task A_host_starts_and_stops_a_node_with_the_options_of_its_configuration()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddFastPath(Configuration(("Streaming", "opt-in"), ("HopsToLive", "3")))
            .AddFastPathNode(_ => NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0))
            .BuildServiceProvider();
        IHostedService service = Assert.Single(services.GetServices<IHostedService>());
        await service.StartAsync(CancellationToken.None);
        FastPathNode node = services.GetRequiredService<FastPathNode>();
        Assert.Equal(3, node.Host.OperationSettings.HopsToLive);
        await using (FastPathNode other = FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0)))
        {
            FastPathPeer peer = await other.ConnectAsync(node.Address);
            await peer.PingAsync();
            await service.StopAsync(CancellationToken.None);

            // The port is free again, and whoever was connected has heard it.
            using var socket = new System.Net.Sockets.UdpClient(node.Address.EndPoint);
            await Assert.ThrowsAsync<FastPathException>(async () => await peer.PingAsync());
        }
    }

    [Fact]
    public async Task A_port_that_is_in_use_stops_the_host_at_its_start()
    {
        using var socket = new System.Net.Sockets.UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using ServiceProvider services = new ServiceCollection()
            .AddFastPath(Configuration())
            .AddFastPathNode(_ => NodeIdentity.Create(), (IPEndPoint)socket.Client.LocalEndPoint!)
            .BuildServiceProvider();
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            () => services.GetServices<IHostedService>().Single().StartAsync(CancellationToken.None));
        Assert.Equal(FastPathError.LocalResource, error.Error);
    }

    private static FastPathOptions Read(params (string Name, string Value)[] options) =>
        FastPathConfiguration.Read(Configuration(options).GetSection(FastPathConfiguration.SectionName));

    private static IConfigurationRoot Configuration(params (string Name, string Value)[] options) => new ConfigurationBuilder()
        .AddInMemoryCollection(options.Select(option => new KeyValuePair<string, string?>($"FastPath:{option.Name}", option.Value)))
        .Build();
}
