using Orleans;
using Orleans.Concurrency;

namespace Inference.Orleans.Grains;

/// <summary>What a silo hears from the cluster.</summary>
[Alias("inference.IClusterObserver")]
internal interface IClusterObserver : IGrainObserver
{
    /// <summary>A decision about a model was written.</summary>
    [Alias("Decided")]
    [OneWay]
    Task DecidedAsync(string model, long sequence);
}
