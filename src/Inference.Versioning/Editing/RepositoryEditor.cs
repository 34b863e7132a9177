using Inference.Decisions;
using Inference.Status;
using Inference.Versioning.Editing;
using Inference.Versioning.Folders;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;
using Inference.Versioning.Repository;
using Inference.Versioning.State;

namespace Inference.Versioning;

/// <summary>
/// Works on the versions of a model from outside the processes that serve it: lists and publishes versions, and adds decisions to the log that those processes follow. It applies no policy of its own: nothing is adopted, rolled
/// out or unloaded. Created by <see cref="ModelRepository.Edit"/>. Thread-safe; operations of one editor run one at a time.
/// </summary>
public sealed partial class RepositoryEditor : IDisposable
{
    private readonly RepositorySetup _setup;
    private readonly VersioningOptions _options;
    private readonly RepositoryScanner _scanner;
    private readonly VersionLoader _loader;
    private readonly LogSigner? _signer;
    private readonly DecisionLog _log;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IReadOnlyList<VersionFolder> _folders = [];

    internal RepositoryEditor(RepositorySetup setup, VersioningOptions options)
    {
        (_setup, _options) = (setup, options);
        _scanner = new RepositoryScanner(setup.Root, directory => VersionTrust.TryReadFacts(directory, options.Signing, setup.ModelName, setup.Clock.GetUtcNow()));
        _loader = new VersionLoader(setup.ModelName, setup.Loader, setup.LoadOptions, setup.Wrap, setup.Clock, setup.Logger);
        _signer = LogSigner.TryCreate(options.Audit, setup.ModelName);
        _log = new DecisionLog(RepositoryController.StoreOf(setup, options), setup.ModelName, setup.Clock, setup.Logger, _signer);
    }

    /// <summary>The model's name.</summary>
    public string ModelName => _setup.ModelName;

    /// <summary>Lists the versions, newest first.</summary>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ModelLoadException">The repository does not exist or cannot be listed.</exception>
    /// <exception cref="DecisionStoreException">The log of decisions cannot be read.</exception>
    public async ValueTask<IReadOnlyList<VersionRecord>> ListAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            return await VersionLister.ListAsync(_setup, _options, _log.Current, _folders, _scanner.SetAside, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>
    /// Publishes a version: copies its files to a temporary folder in the repository, its manifest last; loads the copy and runs it through its gates; flushes it to disk and renames it into place. A process that ends at any
    /// moment leaves no part of a version that could be loaded. One publisher writes at a time; others wait up to 30 s.
    /// </summary>
    /// <remarks>Whether the version then serves is up to the policy of the processes that serve the repository: see <see cref="VersioningOptions.Rollout"/>. The compatibility with the default version's inputs and outputs is judged
    /// when it is to serve.</remarks>
    /// <param name="request">What is published.</param>
    /// <param name="cancellationToken">Cancels the operation before the version is visible.</param>
    /// <returns>The version.</returns>
    /// <exception cref="ArgumentException">A name or a text is not valid.</exception>
    /// <exception cref="VersionRefusedException">The version does not pass its gates; nothing was changed.</exception>
    /// <exception cref="ModelLoadException">The version exists, or a file is missing, cannot be read or cannot be written; nothing was changed.</exception>
    /// <exception cref="CheckRefusedException">The verdict of the check is not that it passed; nothing was changed.</exception>
    /// <exception cref="DecisionStoreException">Another publisher is at work, or the log of decisions cannot be read or written; the message tells whether the version was published.</exception>
    public async ValueTask<VersionRecord> PublishAsync(PublishRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Require(request.Actor, request.Reason);
        PublishFiles.RequireTexts(request);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Directory.Exists(_setup.Root))
            {
                await ReadAsync(cancellationToken).ConfigureAwait(false);
            }

            string? parent = _log.Current.Default ?? _folders.FirstOrDefault(static f => VersionName.IsNumber(f.Version))?.Version;
            ModelLineage lineage = PublishFiles.Lineage(request, parent, _setup.Clock.GetUtcNow());
            (string version, ModelInfo info) = await WriteAsync(request, lineage, cancellationToken).ConfigureAwait(false);
            await NotePublishedAsync(version, info, parent, request).ConfigureAwait(false);
            return (await VersionLister.ListAsync(_setup, _options, _log.Current, [Find(version)], new Dictionary<string, string>(), CancellationToken.None).ConfigureAwait(false))[0];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Releases the key that signs the log, if there is one.</summary>
    public void Dispose()
    {
        _signer?.Dispose();
        _gate.Dispose();
    }

    private async ValueTask<(string Version, ModelInfo Info)> WriteAsync(PublishRequest request, ModelLineage lineage, CancellationToken cancellationToken)
    {
        try
        {
            return await new VersionPublisher(_setup.Root, ModelName, _loader, _options).PublishAsync(request, lineage, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"Model '{ModelName}': the version could not be written to '{_setup.Root}': {exception.Message.TrimEnd('.', ' ')}. Nothing was published.", exception);
        }
    }

    // The manifest states the same: a version whose publisher dies here is not without a record.
    private async ValueTask NotePublishedAsync(string version, ModelInfo info, string? parent, PublishRequest request)
    {
        try
        {
            do
            {
                await ReadAsync(CancellationToken.None).ConfigureAwait(false);
            }
            while (!await _log.TryAppendAsync(Draft().Publish(Find(version), info, parent, request.Actor, request.Reason), holdsUnwritten: false, CancellationToken.None).ConfigureAwait(false));
        }
        catch (DecisionStoreException exception)
        {
            throw new DecisionStoreException($"Model '{ModelName}', version '{version}' was published; the log of decisions does not tell: {exception.Message}", exception);
        }
    }

    private async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        await _log.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (_log.Trouble is { } trouble)
        {
            throw new DecisionStoreException($"Model '{ModelName}': {trouble}");
        }

        _folders = _scanner.Scan();
    }

    private DecisionDraft Draft() => new(_options, _log.Current, _folders, _setup.Clock.GetUtcNow());

    private VersionFolder Find(string version) => _folders.FirstOrDefault(f => f.Version == version)
        ?? throw new InferenceException($"Model '{ModelName}': expected a version in '{_setup.Root}' ({string.Join(", ", _folders.Select(static f => $"'{PlainText.Shown(f.Version)}'"))}), got '{PlainText.Shown(version)}'. Publish it first.");

    private static void Require(string actor, string reason)
    {
        DecisionActors.Require(actor);
        DecisionActors.RequireReason(reason);
    }
}
