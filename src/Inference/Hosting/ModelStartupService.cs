using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>
/// Loads, warms up and checks all registered models when the host starts. A model that cannot be loaded, or that refers to a missing or incompatible model, fails the start. Models that load in the
/// background are checked after they are loaded; their health reports the failures.
/// </summary>
internal sealed class ModelStartupService : IHostedService, IDisposable
{
    private readonly IEnumerable<ModelRegistration> _registrations;
    private readonly IServiceProvider _services;
    private readonly ILogger _logger;
    private readonly ConfigurationFiles _files;

    public ModelStartupService(IEnumerable<ModelRegistration> registrations, IServiceProvider services)
    {
        _registrations = registrations;
        _services = services;
        _logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference");
        _files = new ConfigurationFiles(services, _logger);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _files.Follow();

        // Not IOptionsMonitor: for an invalid value it throws on the thread that reloads the configuration.
        IOptionsFactory<ModelOptions> options = _services.GetRequiredService<IOptionsFactory<ModelOptions>>();
        ILookup<bool, string> names = _registrations.Select(r => (r.Name, Options: options.Create(r.Name))).Where(static m => !m.Options.LoadOnDemand).ToLookup(static m => m.Options.LoadInBackground, static m => m.Name);
        Task[] background = [.. names[true].Select(LoadInBackgroundAsync)];
        await Task.WhenAll(names[false].Select(name => Runner(name).EnsureLoadedAsync(cancellationToken))).ConfigureAwait(false);

        // A check may need models that still load in the background.
        if (background.Length == 0)
        {
            await Task.WhenAll(names[false].Select(name => CheckAsync(name, cancellationToken))).ConfigureAwait(false);
        }
        else
        {
            _ = CheckLaterAsync(background);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _files.Dispose();

    private IModelRunner Runner(string name) => _services.GetRequiredKeyedService<IModelRunner>(name);

    private async Task CheckAsync(string name, CancellationToken cancellationToken)
    {
        if (Runner(name).GetService<IStartupCheck>() is { } check)
        {
            await check.CheckAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LoadInBackgroundAsync(string name)
    {
        try
        {
            // Not on the thread that starts the host.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await Runner(name).EnsureLoadedAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InferenceException or OptionsValidationException)
        {
            HostingLog.BackgroundLoadFailed(_logger, name, exception.Message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host is stopping.
        }
    }

    private async Task CheckLaterAsync(Task[] background)
    {
        await Task.WhenAll(background).ConfigureAwait(false);
        foreach (string name in _registrations.Select(r => r.Name))
        {
            try
            {
                if (Runner(name).GetService<ILoadableRunner>() is not { IsLoaded: false })
                {
                    await CheckAsync(name, CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (InferenceException exception)
            {
                HostingLog.CheckFailed(_logger, name, exception.Message);
                ModelConditions.Find(_services, name)?.Set(this, exception.Message);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
