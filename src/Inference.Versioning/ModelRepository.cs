using System.Diagnostics.Metrics;
using Inference.Decisions;
using Inference.Versioning.Options;
using Inference.Versioning.Repository;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Versioning;

/// <summary>Opens repositories of versions: <c>&lt;directory&gt;/&lt;version&gt;/model.onnx</c> with an optional <c>manifest.json</c> beside it.</summary>
public static class ModelRepository
{
    /// <summary>Opens a repository outside dependency injection: loads the versions selected by the options, and watches the directory for changes.</summary>
    /// <param name="directory">The repository directory; its name is the model's name unless <paramref name="loadOptions"/> sets one.</param>
    /// <param name="loader">Loads the versions.</param>
    /// <param name="options">How versions are selected and checked; null for the defaults.</param>
    /// <param name="loadOptions">How each version is loaded; null for the defaults.</param>
    /// <param name="perVersion">Adds stages around each version; null for none.</param>
    /// <param name="clock">The clock; null for the system clock.</param>
    /// <param name="loggers">Creates the logger; null for no logging.</param>
    /// <param name="meters">Creates the meter; null to use a separate one.</param>
    /// <param name="decisions">Stores the decisions; null for files in the state directory of the options.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <returns>The runner; the caller disposes it.</returns>
    /// <exception cref="ModelLoadException">The directory does not exist, or no version passes its gates; the message states the reason for each.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are invalid.</exception>
    public static async ValueTask<VersionedModelRunner> OpenAsync(
        string directory,
        IModelLoader loader,
        VersioningOptions? options = null,
        ModelLoadOptions? loadOptions = null,
        Action<IModelPipelineBuilder>? perVersion = null,
        TimeProvider? clock = null,
        ILoggerFactory? loggers = null,
        IMeterFactory? meters = null,
        IDecisionStore? decisions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(loader);
        string root = Path.GetFullPath(directory);
        string name = loadOptions?.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        var pipeline = new ModelPipeline(name);
        perVersion?.Invoke(pipeline);
        pipeline.Validate();
        return await OpenCoreAsync(
            new RepositorySetup(name, root, loader, loadOptions ?? new ModelLoadOptions(), runner => pipeline.Build(runner), clock ?? TimeProvider.System,
                (loggers ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning"), meters, decisions),
            options ?? new VersioningOptions(),
            cancellationToken).ConfigureAwait(false);
    }

    internal static async ValueTask<VersionedModelRunner> OpenCoreAsync(RepositorySetup setup, VersioningOptions options, CancellationToken cancellationToken)
    {
        VersioningOptionsRules.Require(setup.ModelName, options);
        var controller = new RepositoryController(setup, options);
        try
        {
            await controller.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return new VersionedModelRunner(controller, options.Watch);
        }
        catch
        {
            await controller.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }
}
