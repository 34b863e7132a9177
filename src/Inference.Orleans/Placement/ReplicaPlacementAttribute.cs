using Orleans.Placement;

namespace Inference.Orleans.Placement;

/// <summary>Marks grains that are placed by <see cref="ReplicaPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ReplicaPlacementAttribute() : PlacementAttribute(new ReplicaPlacement());
