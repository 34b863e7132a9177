using System.Collections.Frozen;
using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Models;

/// <summary>The models that the server serves.</summary>
internal sealed class ServedModels
{
    private readonly FrozenDictionary<string, ServedModel> _byName;
    private readonly CancellationToken _stopping;

    public ServedModels(RegisteredModels registered, IOptions<OpenInferenceOptions> options, IServiceProvider services)
    {
        List<string> names = registered.Names();
        if (options.Value.Models is { Count: > 0 } chosen)
        {
            foreach (string name in chosen)
            {
                if (!names.Contains(name))
                {
                    throw new InferenceException($"OpenInferenceOptions.Models: expected names of registered models ({string.Join(", ", names.Select(n => $"'{n}'"))}), got '{name}'. Register it with AddModel, or remove it.");
                }
            }

            names = [.. chosen.Distinct(StringComparer.Ordinal)];
        }

        All = [.. names.Select(name => new ServedModel(name, services.GetRequiredKeyedService<IModelRunner>(name)))];
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        _byName = All.ToFrozenDictionary(model => model.Name, StringComparer.Ordinal);
    }

    /// <summary>All of them, in order of registration.</summary>
    public IReadOnlyList<ServedModel> All { get; }

    /// <summary>Why the server should get no requests at present: it stops, or a model does not answer that should. Null if it should. Models that were unloaded on request do not count.</summary>
    public string? WhyNotReady()
    {
        if (_stopping.IsCancellationRequested)
        {
            return "The server is stopping.";
        }

        foreach (ServedModel model in All)
        {
            if (!model.IsUnloaded && model.WhyNotReady() is not null)
            {
                // Readiness is open to all, names of models are not.
                return "A model is not ready.";
            }
        }

        return null;
    }

    /// <summary>Returns a model by its name.</summary>
    /// <exception cref="RequestFault">There is none.</exception>
    public ServedModel Find(string name) => _byName.TryGetValue(name, out ServedModel? model)
        ? model
        : throw new RequestFault(FaultKind.NotFound, $"Model '{name}' is not served. Check the name.");
}
