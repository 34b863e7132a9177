using Microsoft.Extensions.Options;

namespace Inference.Caching.Configuration;

/// <summary>Validates <see cref="CachingOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class CachingOptionsValidator : IValidateOptions<CachingOptions>;
