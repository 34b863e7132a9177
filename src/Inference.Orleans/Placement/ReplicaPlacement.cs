using Orleans;
using Orleans.Runtime;

namespace Inference.Orleans.Placement;

/// <summary>Places replicas by memory, loaded models and load: see <see cref="PlacementScore"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.ReplicaPlacement")]
internal sealed class ReplicaPlacement : PlacementStrategy;
