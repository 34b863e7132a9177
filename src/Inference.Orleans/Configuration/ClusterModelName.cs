namespace Inference.Orleans.Configuration;

/// <summary>A registered model that the cluster runs: this process does not load it.</summary>
internal sealed record ClusterModelName(string Name);
