using System.Diagnostics.Metrics;
using Inference.Versioning.Options;
using Inference.Versioning.Repository;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Versioning;

/// <summary>Opens repositories of versions: <c>&lt;directory&gt;/&lt;version&gt;/model.onnx</c> with an optional <c>manifest.json</c> beside it.</summary>
public static class ModelRepository
{
    /// <summary>Opens a repository outside dependency injection: loads the versions the options want, and follows changes of the directory.</summary>
    /// <param name="directory">The repository; its name is the model's unless <paramref name="loadOptions"/> names it.</param>
    /// <param name="loader">Loads the versions.</param>
    /// <param name="options">How versions are chosen and checked; null for the defaults.</param>
    /// <param name="loadOptions">How each version is loaded; null for the defaults.</param>
    /// <param name="perVersion">Adds stages around each version; null for none.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <param name="loggers">Where to log; null for nowhere.</param>
    /// <param name="meters">Makes the meter; null for one of its own.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <returns>The runner; the caller disposes it.</returns>
    /// <exception cref="ModelLoadException">There is no such directory, or no version passes its gates; the error says why for each.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are not valid.</exception>
    public static async ValueTask<VersionedModelRunner> OpenAsync(
        string directory,
        IModelLoader loader,
        VersioningOptions? options = null,
        ModelLoadOptions? loadOptions = null,
        Action<IModelPipelineBuilder>? perVersion = null,
        TimeProvider? clock = null,
        ILoggerFactory? loggers = null,
        IMeterFactory? meters = null,
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
                (loggers ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning"), meters),
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
