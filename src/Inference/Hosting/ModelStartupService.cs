using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>
/// Loads, warms up and checks every registered model while the host starts; a model that cannot be loaded, or that refers to another that is missing or does not fit, stops the start. Models that load in
/// the background are started here and checked when they are loaded: what is wrong with them is told by their health.
/// </summary>
internal sealed class ModelStartupService(IEnumerable<ModelRegistration> registrations, IServiceProvider services) : IHostedService, IDisposable
{
    private readonly ConfigurationFiles _files = new(services, (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference"));
    private readonly ILogger _logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _files.Follow();

        // Not a monitor: it would throw into the configuration's change of a value that is not valid.
        IOptionsFactory<ModelOptions> options = services.GetRequiredService<IOptionsFactory<ModelOptions>>();
        ILookup<bool, string> names = registrations.Select(r => r.Name).ToLookup(name => options.Create(name).LoadInBackground);
        Task[] background = [.. names[true].Select(LoadInBackgroundAsync)];
        await Task.WhenAll(names[false].Select(name => Runner(name).EnsureLoadedAsync(cancellationToken))).ConfigureAwait(false);

        // Only what refers to models that are loaded can be checked now.
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

    private IModelRunner Runner(string name) => services.GetRequiredKeyedService<IModelRunner>(name);

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
            // Off the thread that starts the host.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await Runner(name).EnsureLoadedAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InferenceException or OptionsValidationException)
        {
            HostingLog.BackgroundLoadFailed(_logger, name, exception.Message);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The host stops.
        }
    }

    private async Task CheckLaterAsync(Task[] background)
    {
        await Task.WhenAll(background).ConfigureAwait(false);
        foreach (string name in registrations.Select(r => r.Name))
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
                ModelConditions.Find(services, name)?.Set(this, exception.Message);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
