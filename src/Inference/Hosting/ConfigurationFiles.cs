using Inference.Status;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Inference.Hosting;

/// <summary>
/// Reports files of the configuration that changed and cannot be read. The configuration system empties such a file's values and notifies nobody: the error is lost on the thread of the file watcher,
/// and models keep the options that they have. The error is logged, and is a condition of every model whose options come from the configuration until the file is read again.
/// </summary>
internal sealed class ConfigurationFiles(IServiceProvider services, ILogger logger) : IDisposable
{
    private readonly List<IDisposable> _registrations = [];

    /// <summary>Starts to follow the files of the services' configuration.</summary>
    public void Follow()
    {
        if (services.GetService<IConfiguration>() is IConfigurationRoot root)
        {
            foreach (FileConfigurationProvider file in Files(root))
            {
                Follow(file);
            }
        }
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private static IEnumerable<FileConfigurationProvider> Files(IConfigurationRoot root) => root.Providers.SelectMany(provider => provider switch
    {
        FileConfigurationProvider file => [file],
        ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } => Files(inner),
        _ => Enumerable.Empty<FileConfigurationProvider>(),
    });

    private void Follow(FileConfigurationProvider file)
    {
        // The owner of the condition: one for each file.
        object owner = new();
        int told = 0;
        Action<FileLoadExceptionContext>? handler = file.Source.OnLoadException;
        file.Source.OnLoadException = context =>
        {
            handler?.Invoke(context);
            // Where the error is ignored, a notification of the emptied values follows.
            Volatile.Write(ref told, context.Ignore ? 1 : 0);
            string reason = context.Exception.GetBaseException().Message;
            HostingLog.ConfigurationUnreadable(logger, context.Provider.Source.Path ?? "", reason);
            foreach (ModelConditions conditions in Conditions())
            {
                conditions.Set(owner, $"The configuration file '{context.Provider.Source.Path}' changed and cannot be read, the last good options hold: {reason} Correct the file.");
            }
        };
        _registrations.Add(ChangeToken.OnChange(file.GetReloadToken, () =>
        {
            if (Interlocked.Exchange(ref told, 0) == 0)
            {
                foreach (ModelConditions conditions in Conditions())
                {
                    conditions.Clear(owner);
                }
            }
        }));
    }

    private IEnumerable<ModelConditions> Conditions() => services.GetServices<ConfiguredModelName>().Select(model => ModelConditions.Find(services, model.Name)).OfType<ModelConditions>();
}
