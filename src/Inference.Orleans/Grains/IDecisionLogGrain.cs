using Orleans;

namespace Inference.Orleans.Grains;

/// <summary>The decision log of a model, its key, in the memory of one silo.</summary>
[Alias("inference.IDecisionLogGrain")]
internal interface IDecisionLogGrain : IGrainWithStringKey
{
    /// <summary>The records after a sequence, as JSON.</summary>
    [Alias("Read")]
    Task<string[]> ReadAsync(long sequence);

    /// <summary>Adds a record if the log ends with its predecessor.</summary>
    [Alias("Append")]
    Task<bool> TryAppendAsync(string record);
}
