using System.Net;
using FastPath.Identities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FastPath.Options;

/// <summary>Options from a configuration: section "FastPath", each option by its name (native-notes/options.md).</summary>
/// <remarks>Read by hand and not by reflection: the same in a program that is compiled ahead of time.</remarks>
public static class FastPathConfiguration
{
    /// <summary>The section that <see cref="AddFastPath"/> reads.</summary>
    public const string SectionName = "FastPath";

    /// <summary>The options with what the section says, checked.</summary>
    /// <param name="section">Its children are the options; a name that is none is an error, not a silence.</param>
    /// <param name="options">What holds where the section says nothing; null for the defaults.</param>
    /// <exception cref="ArgumentException">Names the option that is unknown, no such value, or out of range.</exception>
    public static FastPathOptions Read(IConfiguration section, FastPathOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        options ??= new FastPathOptions();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!OptionTable.Entries.TryGetValue(child.Key, out Func<FastPathOptions, OptionValue, FastPathOptions>? apply))
            {
                throw new ArgumentException($"option {child.Path}: there is no such option", child.Key);
            }

            options = apply(options, new OptionValue(child));
        }

        options.Validate();
        return options;
    }

    /// <summary>Reads the section "FastPath" now, so that a wrong option stops the program at its start, and registers the options.</summary>
    /// <param name="services">Gets one <see cref="FastPathOptions"/>.</param>
    /// <param name="configuration">The root.</param>
    /// <param name="options">What holds where the section says nothing: store, handlers, logger; null for the defaults.</param>
    /// <exception cref="ArgumentException">Names the option that is unknown, no such value, or out of range.</exception>
    public static IServiceCollection AddFastPath(
        this IServiceCollection services, IConfiguration configuration, FastPathOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddSingleton(Read(configuration.GetSection(SectionName), options));
    }

    /// <summary>
    /// Registers one <see cref="FastPathNode"/> with the options of <see cref="AddFastPath"/>: it opens its port when the host
    /// starts, or when it is asked for before, and closes its connections with a code when the host stops.
    /// </summary>
    /// <param name="services">With options, and perhaps loggers; the options' own logger comes first.</param>
    /// <param name="identity">Who the node is; called once.</param>
    /// <param name="listen">Port 0 takes a free one.</param>
    public static IServiceCollection AddFastPathNode(
        this IServiceCollection services, Func<IServiceProvider, NodeIdentity> identity, IPEndPoint listen)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(listen);
        services.AddSingleton(provider =>
        {
            FastPathOptions options = provider.GetRequiredService<FastPathOptions>();
            return FastPathNode.Start(
                identity(provider), listen, options with { LoggerFactory = options.LoggerFactory ?? provider.GetService<ILoggerFactory>() });
        });
        return services.AddSingleton<IHostedService, FastPathNodeService>();
    }
}
