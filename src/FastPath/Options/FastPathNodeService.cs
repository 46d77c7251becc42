using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FastPath.Options;

/// <summary>Starts the node with its host, at the latest, and ends it cleanly with it.</summary>
internal sealed class FastPathNodeService(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<FastPathNode>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        services.GetRequiredService<FastPathNode>().DisposeAsync().AsTask();
}
