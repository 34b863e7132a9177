using Microsoft.Extensions.Options;

namespace Inference.Batching.Configuration;

/// <summary>Validates <see cref="BatchingOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class BatchingOptionsValidator : IValidateOptions<BatchingOptions>;
