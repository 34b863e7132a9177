using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Loading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>The runner that dependency injection hands out: loads its model at host start or at first use, once, and measures every call.</summary>
internal sealed class HostedModelRunner(ModelRegistration registration, IServiceProvider services) : IModelRunner, IModelStatus, ILoadableRunner
{
    private readonly Lock _lock = new();
    private readonly InferenceTelemetry _telemetry = new(services.GetService<IMeterFactory>());
    private Task<IModelRunner>? _loading;
    private IModelRunner? _runner;
    private bool _disposed;

    public ModelInfo Info => Loaded().Info;

    public bool IsLoaded => _runner is not null;

    public ModelState State => _runner is { } runner ? (runner.GetService<IModelStatus>()?.State ?? ModelState.Ready)
        : _loading is { IsFaulted: true } ? ModelState.Failed : ModelState.Loading;

    public string Description => _runner is { } runner ? (runner.GetService<IModelStatus>()?.Description ?? "")
        : _loading is { IsFaulted: true, Exception: { } exception } ? exception.GetBaseException().Message : "The model is not loaded yet.";

    Task ILoadableRunner.LoadAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    private Task<IModelRunner> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _loading = OpenAsync(CancellationToken.None);
            }

            return _loading.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        _runner is { } runner ? runner.RunAsync(inputs, context, cancellationToken) : LoadAndRunAsync(inputs, context, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : Loaded().GetService(serviceType, serviceKey);
    }

    public void Dispose()
    {
        Task<IModelRunner>? loading;
        lock (_lock)
        {
            _disposed = true;
            loading = _loading;
            _loading = null;
        }

        if (loading is { IsCompletedSuccessfully: true })
        {
            loading.Result.Dispose();
        }
        else
        {
            loading?.ContinueWith(static l => l.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<IModelRunner>? loading;
        lock (_lock)
        {
            _disposed = true;
            loading = _loading;
            _loading = null;
        }

        if (loading is not null && await loading.ContinueWith(static l => l.IsCompletedSuccessfully ? l.Result : null, TaskScheduler.Default).ConfigureAwait(false) is { } runner)
        {
            await runner.DisposeAsync().ConfigureAwait(false);
        }
    }

    private IModelRunner Loaded() => _runner ?? throw new InferenceException(
        $"Model '{registration.Name}' is not loaded yet{(_loading is { IsFaulted: true } failed ? $" ({failed.Exception!.GetBaseException().Message})" : "")}: expected a started host, or EnsureLoadedAsync to be awaited first. Calls load the model themselves; Info and GetService do not wait for it.");

    private async ValueTask<NamedValues> LoadAndRunAsync(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        IModelRunner runner = await LoadAsync(cancellationToken).ConfigureAwait(false);
        return await runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IModelRunner> OpenAsync(CancellationToken cancellationToken)
    {
        // The caller's lock is not held while the model loads.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        string name = registration.Name;
        long start = Stopwatch.GetTimestamp();
        using Activity? activity = InferenceTelemetry.Source.StartActivity("inference.load");
        activity?.SetTag(InferenceDiagnostics.ModelTag, name);
        ModelBuilder builder = registration.Builder;
        builder.Validate();
        ModelOptions options = services.GetRequiredService<IOptionsMonitor<ModelOptions>>().Get(name);
        ModelSource source = options.EffectiveSource!;
        var loader = services.GetRequiredService<IModelLoader>();
        IModelRunner innermost;
        if (builder.Open is { } open)
        {
            innermost = await open(
                new()
                {
                    ModelName = name,
                    Source = source,
                    LoadOptions = options.ToLoadOptions(name),
                    Services = services,
                    Loader = loader,
                    PerVersion = builder.PerVersionPipeline,
                },
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            IModelRunner loaded = await loader.LoadAsync(source, options.ToLoadOptions(name), cancellationToken).ConfigureAwait(false);
            innermost = builder.PerVersionPipeline.Build(loaded, services);
        }

        IModelRunner runner = new TelemetryRunner(builder.Pipeline.Build(innermost, services), _telemetry);
        try
        {
            if (options.WarmUp)
            {
                await ModelWarmup.RunAsync(runner, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await runner.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _telemetry.LoadDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(InferenceDiagnostics.ModelTag, name));
        _runner = runner;
        return runner;
    }
}
