using System.Collections.Concurrent;
using Inference.AspNetCore.Protocol;
using Inference.Status;

namespace Inference.AspNetCore.Models;

/// <summary>One model that is served.</summary>
internal sealed class ServedModel(string name, IModelRunner runner)
{
    private const string First = "1";

    // Runners bound to versions by their own names, which exist or existed.
    private readonly ConcurrentDictionary<string, IModelRunner> _named = new(StringComparer.Ordinal);

    // Loads and unloads come one after another.
    private readonly SemaphoreSlim _changing = new(1);

    private volatile bool _isUnloaded;

    public string Name { get; } = name;

    public IModelRunner Runner { get; } = runner;

    public ModelStatistics Statistics { get; } = new();

    /// <summary>Whether the model was taken out of service; see <see cref="UnloadAsync"/>.</summary>
    public bool IsUnloaded => _isUnloaded;

    /// <summary>Whether the model is loaded.</summary>
    public bool IsLoaded => RunnerQuestions.ServiceOf<ILoadableRunner>(Runner) is not { IsLoaded: false };

    /// <summary>Why the model does not answer at present; null if it does.</summary>
    public string? WhyNotReady()
    {
        if (_isUnloaded)
        {
            return $"Model '{Name}' was unloaded.";
        }

        if (!IsLoaded)
        {
            return $"Model '{Name}' is not loaded yet.";
        }

        return RunnerQuestions.ServiceOf<IModelStatus>(Runner) is { State: ModelState.Loading or ModelState.Failed } ? $"Model '{Name}' is not ready." : null;
    }

    /// <summary>Why the model does not answer at present, with what its runner says of it, for operators: it may name files.</summary>
    public string? ExplainNotReady() => WhyNotReady() is not { } reason ? null
        : !_isUnloaded && RunnerQuestions.ServiceOf<IModelStatus>(Runner) is { Description: { Length: > 0 } description } ? $"{reason} {description}" : reason;

    /// <summary>Returns the runner of a version; that of the model for no version.</summary>
    /// <exception cref="RequestFault">The model is not loaded, or has no such version.</exception>
    public IModelRunner Resolve(string version)
    {
        if (_isUnloaded)
        {
            throw new RequestFault(FaultKind.Unavailable, $"Model '{Name}' was unloaded. Load it first.");
        }

        if (!IsLoaded)
        {
            throw new RequestFault(FaultKind.Unavailable, $"Model '{Name}' is not loaded yet. Retry later.");
        }

        if (version.Length == 0)
        {
            return Runner;
        }

        return _named.TryGetValue(version, out IModelRunner? known) ? known : FindVersion(version);
    }

    /// <summary>The names of the versions that a request may name, newest first; empty without versions.</summary>
    public IReadOnlyList<string> Versions() => RunnerQuestions.ServiceOf<IModelVersions>(Runner) is { } versions
        ? [.. versions.Versions.Where(v => Serves(v.State)).Select(v => v.Version)]
        : RunnerQuestions.InfoOf(Runner).Version is { Length: > 0 } version ? [version] : [];

    /// <summary>Loads the model if it is not, takes it into service, and looks for new versions.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (RunnerQuestions.ServiceOf<ILoadableRunner>(Runner) is { } loadable)
            {
                await loadable.LoadAsync(cancellationToken).ConfigureAwait(false);
            }

            if (RunnerQuestions.ServiceOf<IModelVersions>(Runner) is { } versions)
            {
                await versions.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }

            // A request that named a version while the model was unloaded may have found its old runner.
            _named.Clear();
            _isUnloaded = false;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Takes the model out of service, and frees its memory when the calls in flight have finished, if its runner can be loaded again.</summary>
    public async Task UnloadAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _isUnloaded = true;
            await UnloadRunnerAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Unloads the model again if it is still out of service: a call that began before it was unloaded may have loaded it.</summary>
    public async Task UnloadAgainAsync()
    {
        await _changing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isUnloaded)
            {
                await UnloadRunnerAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task UnloadRunnerAsync(CancellationToken cancellationToken)
    {
        if (RunnerQuestions.ServiceOf<IUnloadableRunner>(Runner) is { } unloadable)
        {
            _named.Clear();
            await unloadable.UnloadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public static bool Serves(ModelVersionState state) => state is ModelVersionState.Default or ModelVersionState.Canary or ModelVersionState.Standby;

    private IModelRunner FindVersion(string version)
    {
        if (RunnerQuestions.ServiceOf<IModelVersions>(Runner) is not { } versions)
        {
            // Clients that always name a version name the first one of a model that has none.
            string only = RunnerQuestions.InfoOf(Runner).Version is { Length: > 0 } own ? own : First;
            return version == only ? Runner : throw NoVersion(version);
        }

        ModelVersionStatus[] serving = [.. versions.Versions.Where(v => Serves(v.State))];
        if (serving.Any(v => v.Version == version || v.Labels.Contains(version)) && Bound(version) is { } bound)
        {
            _named.TryAdd(version, bound);
            return bound;
        }

        return serving.FirstOrDefault(v => VersionAlias.Of(v.Version) == version) is { } aliased && Bound(aliased.Version) is { } runner ? runner : throw NoVersion(version);
    }

    private IModelRunner? Bound(string version) => RunnerQuestions.ServiceOf<IModelRunner>(Runner, version);

    private RequestFault NoVersion(string version) => new(FaultKind.NotFound,
        $"Model '{Name}' has no version or label '{version}' that serves; it has {(Versions() is { Count: > 0 } names ? string.Join(", ", names.Take(20).Select(v => $"'{v}'")) : "no versions")}.");
}
