using Microsoft.Extensions.Options;

namespace Inference.Batching.Configuration;

/// <summary>Checks <see cref="BatchingOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class BatchingOptionsValidator : IValidateOptions<BatchingOptions>;
