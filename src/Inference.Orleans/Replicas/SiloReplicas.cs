using System.Collections.Concurrent;

namespace Inference.Orleans.Replicas;

/// <summary>The replicas that are active in this silo, by key. Thread-safe.</summary>
internal sealed class SiloReplicas
{
    private readonly ConcurrentDictionary<string, ReplicaGrain> _active = new(StringComparer.Ordinal);

    /// <summary>The keys.</summary>
    public string[] Keys => [.. _active.Keys];

    /// <summary>Whether a replica of a model is active here.</summary>
    public bool Has(string model) => _active.Values.Any(r => r.Model == model);

    public void Add(string key, ReplicaGrain grain) => _active[key] = grain;

    public void Remove(string key, ReplicaGrain grain) => _active.TryRemove(new KeyValuePair<string, ReplicaGrain>(key, grain));

    /// <summary>Ends the replicas of a model that was unloaded: the next call may find a better place for it.</summary>
    public void End(string model)
    {
        foreach ((string key, ReplicaGrain grain) in _active)
        {
            if (grain.Model == model)
            {
                grain.End();
            }
        }
    }
}
