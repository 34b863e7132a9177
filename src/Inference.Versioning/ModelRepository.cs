using Inference.Versioning.Folders;
using Inference.Versioning.Options;
using Inference.Versioning.Repository;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Versioning;

/// <summary>Opens repositories of versions: <c>&lt;directory&gt;/&lt;version&gt;/model.onnx</c> with an optional <c>manifest.json</c> beside it.</summary>
public static class ModelRepository
{
    // Of common systems.
    private const int LongestPath = 4096;

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
        options ??= new ModelRepositoryOptions();
        return await OpenCoreAsync(Setup(directory, loader, options), options.Versioning, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a repository to work on its versions from outside the processes that serve it. Nothing is read yet; the directory may be missing until a version is published.</summary>
    /// <param name="directory">The repository directory of one model, as for <see cref="OpenAsync"/>.</param>
    /// <param name="loader">Loads versions that are published or promoted, to run them through their gates.</param>
    /// <param name="options">As of the processes that serve: state directory, signing, gates, name, store of decisions. Null for the defaults.</param>
    /// <returns>The editor; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The directory is not a valid path, or names no folder.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options are invalid.</exception>
    public static RepositoryEditor Edit(string directory, IModelLoader loader, ModelRepositoryOptions? options = null)
    {
        options ??= new ModelRepositoryOptions();
        RepositorySetup setup = Setup(directory, loader, options);
        PlainText.Require(setup.Root, LongestPath, "a directory", nameof(directory));
        PlainText.Require(setup.ModelName, LongestPath, "a model's name", nameof(directory));
        VersioningOptionsRules.Require(setup.ModelName, options.Versioning);
        return new RepositoryEditor(setup, options.Versioning);
    }

    private static RepositorySetup Setup(string directory, IModelLoader loader, ModelRepositoryOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(loader);
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        string name = options.Load.Name ?? Path.GetFileName(root);
        var pipeline = new ModelPipeline(name);
        options.PerVersion?.Invoke(pipeline);
        pipeline.Validate();
        return new RepositorySetup(name, root, loader, options.Load, runner => pipeline.Build(runner), options.TimeProvider,
            (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Inference.Versioning"), options.MeterFactory, options.Decisions, options.Outcomes);
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
