using Inference.Versioning.Options;
using Inference.Versioning.Repository;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Versioning;

/// <summary>Opens repositories of versions: <c>&lt;directory&gt;/&lt;version&gt;/model.onnx</c> with an optional <c>manifest.json</c> beside it.</summary>
public static class ModelRepository
{
    /// <summary>Opens a repository outside dependency injection: loads the versions selected by the options, and watches the directory for changes.</summary>
    /// <param name="directory">The repository directory; its name is the model's name unless <see cref="ModelRepositoryOptions.Load"/> sets one.</param>
    /// <param name="loader">Loads the versions.</param>
    /// <param name="options">How versions are selected, loaded and served; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <returns>The runner; the caller disposes it.</returns>
    /// <exception cref="ModelLoadException">The directory does not exist, or no version passes its gates; the message states the reason for each.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are invalid.</exception>
    public static async ValueTask<VersionedModelRunner> OpenAsync(
        string directory, IModelLoader loader, ModelRepositoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(loader);
        options ??= new ModelRepositoryOptions();
        string root = Path.GetFullPath(directory);
        string name = options.Load.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        var pipeline = new ModelPipeline(name);
        options.PerVersion?.Invoke(pipeline);
        pipeline.Validate();
        return await OpenCoreAsync(
            new RepositorySetup(name, root, loader, options.Load, runner => pipeline.Build(runner), options.TimeProvider,
                (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning"), options.MeterFactory, options.Decisions, options.Outcomes),
            options.Versioning,
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
