using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.Status;

namespace Inference.AspNetCore.Repository;

/// <summary>The repository of models: those that the program registered, by their names. No request names a file.</summary>
internal sealed class ModelRepositoryService(ServedModels models)
{
    /// <summary>Returns models with their versions.</summary>
    /// <param name="visible">The models that the caller may know of.</param>
    /// <param name="ready">Whether only those that serve are returned.</param>
    public static List<RepositoryEntry> Index(IReadOnlyList<ServedModel> visible, bool ready)
    {
        var entries = new List<RepositoryEntry>();
        foreach (ServedModel model in visible)
        {
            if (model.ExplainNotReady() is { } reason)
            {
                entries.Add(new(model.Name, "", model.IsUnloaded || model.IsLoaded ? "UNAVAILABLE" : "LOADING", reason));
            }
            else if (RunnerQuestions.ServiceOf<IModelVersions>(model.Runner) is { } versions)
            {
                entries.AddRange(versions.Versions.Select(version => Entry(model.Name, version)));
            }
            else
            {
                entries.Add(new(model.Name, RunnerQuestions.InfoOf(model.Runner).Version, "READY", ""));
            }
        }

        return ready ? entries.FindAll(entry => entry.IsReady) : entries;
    }

    /// <summary>All models.</summary>
    public IReadOnlyList<ServedModel> All => models.All;

    /// <summary>Loads a model, or looks for new versions of it.</summary>
    /// <exception cref="RequestFault">There is no such model, or it cannot be loaded.</exception>
    public async Task LoadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await models.Find(name).LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ModelLoadException exception)
        {
            // The operator is told why; other callers are not, since the reason may name files.
            throw new RequestFault(FaultKind.Unavailable, exception.Message, exception);
        }
    }

    /// <summary>Unloads a model.</summary>
    /// <exception cref="RequestFault">There is no such model.</exception>
    public Task UnloadAsync(string name, CancellationToken cancellationToken) => models.Find(name).UnloadAsync(cancellationToken);

    /// <exception cref="RequestFault">The request brings a file or a configuration.</exception>
    public static void RefuseFile(string parameter)
    {
        if (parameter == "config" || parameter.StartsWith("file:", StringComparison.Ordinal))
        {
            RequestFault.Throw($"Parameter '{parameter}': this server loads the models that it was configured with, from their own places, and takes none from a request.");
        }
    }

    private static RepositoryEntry Entry(string model, ModelVersionStatus version) => new(
        model,
        version.Version,
        ServedModel.Serves(version.State) ? "READY" : version.State == ModelVersionState.Draining ? "UNLOADING" : "UNAVAILABLE",
        ServedModel.Serves(version.State) ? "" : version.Error ?? version.State switch
        {
            ModelVersionState.Available => "not loaded",
            ModelVersionState.Draining => "draining",
            _ => version.State.ToString().ToLowerInvariant(),
        });
}
