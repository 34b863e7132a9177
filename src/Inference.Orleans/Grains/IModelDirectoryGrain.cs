using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>What the cluster knows of one model, its key: loads and the number of replicas, the head of its decision log, the evidence of its trial, the rows that its monitoring counted. All of it is a cache or merges without order: two activations are harmless.</summary>
[Alias("inference.IModelDirectoryGrain")]
internal interface IModelDirectoryGrain : IGrainWithStringKey
{
    /// <summary>What is desired of the model: for silos that have it loaded and no replica of it.</summary>
    [Alias("Plan")]
    Task<ModelPlan> PlanAsync();

    /// <summary>Takes the load of a replica.</summary>
    /// <returns>What is desired of the model.</returns>
    [Alias("Report")]
    Task<ModelPlan> ReportAsync(ReplicaLoad load);

    /// <summary>Takes the evidence of a process.</summary>
    /// <returns>The newest evidence of the other processes in the same trial.</returns>
    [Alias("Exchange")]
    Task<ReplicaEvidence[]> ExchangeAsync(ReplicaEvidence evidence);

    /// <summary>Takes the rows that monitoring counted in a process.</summary>
    /// <returns>Those of the other processes that watch the same version with the same profile.</returns>
    [Alias("ExchangeWindows")]
    Task<ReplicaEvidence[]> ExchangeWindowsAsync(ReplicaEvidence windows);
}
