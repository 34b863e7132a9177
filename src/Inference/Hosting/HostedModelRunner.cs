using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Diagnostics;
using Inference.Loading;
using Inference.Status;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>The runner that dependency injection hands out: loads its model at host start or at first use, once, and measures every call.</summary>
internal sealed class HostedModelRunner(ModelRegistration registration, IServiceProvider services) : IModelRunner, IModelStatus, IUnloadableRunner
{
    private readonly Lock _lock = new();
    private readonly InferenceTelemetry _telemetry = new(services.GetService<IMeterFactory>());
    private readonly ModelConditions _conditions = services.GetRequiredKeyedService<ModelConditions>(registration.Name);
    private readonly ILogger _logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference");
    private readonly object _staleOptions = new();
    private readonly Lazy<bool> _isOnDemand = new(() => services.GetRequiredService<IOptionsFactory<ModelOptions>>().Create(registration.Name).LoadOnDemand);

    // A stopping host and a disposed container cancel a load.
    private readonly CancellationTokenSource _closing = CancellationTokenSource.CreateLinkedTokenSource(services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
    private ReloadingOptions<ModelOptions>? _options;
    private bool _warmUpFailed;
    private Task<IModelRunner>? _loading;
    private IModelRunner? _runner;
    private bool _disposed;

    // Counts unloads: a load that began before the last one does not serve.
    private int _unloads;

    public ModelInfo Info => Loaded().Info;

    public bool IsLoaded => _runner is not null;

    public ModelState State
    {
        get
        {
            if (_runner is not { } runner)
            {
                return _loading is { IsFaulted: true } ? ModelState.Failed : _isOnDemand.Value ? ModelState.Ready : ModelState.Loading;
            }

            ModelState state = runner.GetService<IModelStatus>()?.State ?? ModelState.Ready;
            return state == ModelState.Ready && _conditions.Any ? ModelState.Degraded : state;
        }
    }

    public string Description => _runner is { } runner ? string.Join(" ", _conditions.Current.Prepend(runner.GetService<IModelStatus>()?.Description ?? "").Where(d => d.Length > 0))
        : _loading is { IsFaulted: true, Exception: { } exception } ? exception.GetBaseException().Message
        : _isOnDemand.Value ? "The model is not loaded; its next call loads it." : "The model is not loaded yet.";

    Task ILoadableRunner.LoadAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    private Task<IModelRunner> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_loading is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _loading = OpenAsync(_unloads, _closing.Token);
            }

            return _loading.WaitAsync(cancellationToken);
        }
    }

    public Task UnloadAsync(CancellationToken cancellationToken = default)
    {
        Task<IModelRunner>? loading;
        ReloadingOptions<ModelOptions>? options;
        lock (_lock)
        {
            loading = _loading;
            options = _options;
            _loading = null;
            _options = null;
            _runner = null;
            _unloads++;
            _warmUpFailed = false;
        }

        options?.Dispose();
        _conditions.Clear(this);
        _conditions.Clear(_staleOptions);
        return loading is null ? Task.CompletedTask : CloseAsync(loading).WaitAsync(cancellationToken);
    }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) =>
        _runner is { } runner && !_warmUpFailed ? runner.RunAsync(inputs, context, cancellationToken) : LoadAndRunAsync(inputs, context, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : Loaded().GetService(serviceType, serviceKey);
    }

    public void Dispose()
    {
        Task<IModelRunner>? loading = Close();
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
        if (Close() is { } loading)
        {
            await CloseAsync(loading).ConfigureAwait(false);
        }
    }

    private static async Task CloseAsync(Task<IModelRunner> loading)
    {
        if (await loading.ContinueWith(static l => l.IsCompletedSuccessfully ? l.Result : null, TaskScheduler.Default).ConfigureAwait(false) is { } runner)
        {
            await runner.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<IModelRunner>? Close()
    {
        Task<IModelRunner>? loading;
        lock (_lock)
        {
            _disposed = true;
            loading = _loading;
            _loading = null;
        }

        _closing.Cancel();
        _options?.Dispose();
        return loading;
    }

    private IModelRunner Loaded() => _runner ?? throw new InferenceException(
        $"Model '{registration.Name}' is not loaded yet{(_loading is { IsFaulted: true } failed ? $" ({failed.Exception!.GetBaseException().Message})" : "")}: expected a started host, or EnsureLoadedAsync to be awaited first. Calls load the model themselves; Info and GetService do not wait for it.");

    private async ValueTask<NamedValues> LoadAndRunAsync(NamedValues inputs, RunContext? context, CancellationToken cancellationToken)
    {
        IModelRunner runner = await LoadAsync(cancellationToken).ConfigureAwait(false);
        NamedValues outputs = await runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        if (_warmUpFailed)
        {
            _warmUpFailed = false;
            _conditions.Clear(this);
        }

        return outputs;
    }

    private async Task<IModelRunner> OpenAsync(int unloads, CancellationToken cancellationToken)
    {
        // The caller's lock is not held while the model loads.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        string name = registration.Name;
        long start = Stopwatch.GetTimestamp();
        using Activity? activity = InferenceTelemetry.Source.StartActivity("inference.load");
        activity?.SetTag(InferenceDiagnostics.ModelTag, name);
        ModelBuilder builder = registration.Builder;
        builder.Validate();
        ReloadingOptions<ModelOptions> followed = Follow(unloads);
        ModelOptions options = followed.Current;
        var loader = services.GetRequiredService<IModelLoader>();
        IModelRunner innermost;
        if (builder.Open is { } open)
        {
            innermost = await open(
                new()
                {
                    ModelName = name,
                    Source = options.EffectiveSource!,
                    LoadOptions = options.ToLoadOptions(name),
                    Services = services,
                    Loader = loader,
                    PerVersion = builder.PerVersionPipeline,
                },
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            IModelRunner loaded = builder.Model is { } replaced
                ? await replaced(services, cancellationToken).ConfigureAwait(false)
                : await loader.LoadAsync(options.EffectiveSource!, options.ToLoadOptions(name), cancellationToken).ConfigureAwait(false);
            innermost = builder.PerVersionPipeline.Build(loaded, services);
        }

        IModelRunner runner = new TelemetryRunner(builder.Pipeline.Build(innermost, services), _telemetry);
        try
        {
            if (options.WarmUp)
            {
                await WarmUpAsync(runner, unloads, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await runner.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _telemetry.LoadDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(InferenceDiagnostics.ModelTag, name));
        followed.OnChange(changed => OptionsChanged(options, changed, unloads), exception => HostingLog.OptionsRejected(_logger, name, exception.Message));
        lock (_lock)
        {
            if (unloads == _unloads)
            {
                _runner = runner;
            }
        }

        return runner;
    }

    // A load that was unloaded meanwhile finishes with the options as they are, and follows them no longer.
    private ReloadingOptions<ModelOptions> Follow(int unloads)
    {
        var options = new ReloadingOptions<ModelOptions>(services, registration.Name);
        ReloadingOptions<ModelOptions>? before = options;
        bool disposed;
        lock (_lock)
        {
            disposed = _disposed;
            if (!disposed && unloads == _unloads)
            {
                before = _options;
                _options = options;
            }
        }

        before?.Dispose();
        ObjectDisposedException.ThrowIf(disposed, this);
        return options;
    }

    // The source and the load options of a loaded model cannot change.
    private void OptionsChanged(ModelOptions loaded, ModelOptions changed, int unloads)
    {
        string? names = loaded.WhatDiffers(changed);
        lock (_lock)
        {
            if (unloads != _unloads)
            {
                return;
            }

            if (names is null)
            {
                _conditions.Clear(_staleOptions);
                return;
            }

            _conditions.Set(_staleOptions, $"Model '{registration.Name}': {names} changed after it was loaded. Restart the process to load it with the new values.");
        }

        HostingLog.OptionsNotFollowed(_logger, registration.Name, names);
    }

    private async Task WarmUpAsync(IModelRunner runner, int unloads, CancellationToken cancellationToken)
    {
        if (await ModelWarmup.RunAsync(runner, cancellationToken).ConfigureAwait(false) is not { } failure)
        {
            return;
        }

        lock (_lock)
        {
            if (unloads != _unloads)
            {
                return;
            }

            _warmUpFailed = true;
            _conditions.Set(this, $"Model '{registration.Name}': the warm-up run failed, and no call has succeeded since: {failure.Message}");
        }

        HostingLog.WarmUpFailed(_logger, registration.Name, failure.Message);
    }
}
