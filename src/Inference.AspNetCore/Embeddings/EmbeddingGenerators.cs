using Inference.AspNetCore.Protocol;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.AspNetCore.Embeddings;

/// <summary>The keyed generators of embeddings of a program.</summary>
internal sealed class EmbeddingGenerators(IServiceCollection registered)
{
    private readonly Lazy<HashSet<string>> _names = new(() => Names(registered));

    public bool Any => _names.Value.Count > 0;

    /// <summary>Returns a generator by its name.</summary>
    /// <exception cref="RequestFault">There is none.</exception>
    public IEmbeddingGenerator<string, Embedding<float>> Find(string name, IServiceProvider services) => _names.Value.Contains(name)
        ? services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name)
        : throw new RequestFault(FaultKind.NotFound, $"Model '{name}' does not exist, or makes no embeddings.");

    private static HashSet<string> Names(IServiceCollection services)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ServiceDescriptor service in services)
        {
            if (service.IsKeyedService && service.ServiceType == typeof(IEmbeddingGenerator<string, Embedding<float>>) && service.ServiceKey is string name)
            {
                names.Add(name);
            }
        }

        return names;
    }
}
