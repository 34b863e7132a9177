using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Configuration;

/// <summary>Validates <see cref="OpenInferenceLimits"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class OpenInferenceLimitsValidator : IValidateOptions<OpenInferenceLimits>;
