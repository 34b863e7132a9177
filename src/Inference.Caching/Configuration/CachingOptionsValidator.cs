using Microsoft.Extensions.Options;

namespace Inference.Caching.Configuration;

/// <summary>Checks <see cref="CachingOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class CachingOptionsValidator : IValidateOptions<CachingOptions>;
