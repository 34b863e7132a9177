using Microsoft.Extensions.Options;

namespace Inference.Batching.Configuration;

/// <summary>Validates <see cref="BatchAxesOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class BatchAxesOptionsValidator : IValidateOptions<BatchAxesOptions>;
