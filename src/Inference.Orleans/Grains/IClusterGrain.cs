using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>The cluster, key <c>cluster</c>: who is there, with what load, and who is to hear of decisions. Lost with its silo and complete again after one exchange.</summary>
[Alias("inference.IClusterGrain")]
internal interface IClusterGrain : IGrainWithStringKey
{
    /// <summary>The key.</summary>
    const string Key = "cluster";

    /// <summary>Takes a silo's report and renews its observer; null from a silo that stops hearing.</summary>
    /// <returns>The last reports of all silos.</returns>
    [Alias("Exchange")]
    Task<SiloReport[]> ExchangeAsync(SiloReport report, IClusterObserver? observer);

    /// <summary>Tells all silos that a decision was written.</summary>
    [Alias("Announce")]
    Task AnnounceAsync(string model, long sequence);

    /// <summary>The last reports of all silos.</summary>
    [Alias("Read")]
    Task<SiloReport[]> ReadAsync();
}
