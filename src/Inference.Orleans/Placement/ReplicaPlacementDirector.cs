using Inference.Orleans.Grains;
using Inference.Orleans.Loading;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Inference.Orleans.Placement;

/// <summary>Chooses the silo of a replica that is to be activated.</summary>
internal sealed class ReplicaPlacementDirector(ClusterView view, LoadedModels models) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress[] silos = [.. context.GetCompatibleSilos(target)];
        string key = target.GrainIdentity.Key.ToString()!;
        return Task.FromResult(silos.Length == 1 ? silos[0] : view.Place(silos, key, models.Find(ReplicaKey.Parse(key).Model)?.Bytes ?? 0));
    }
}
