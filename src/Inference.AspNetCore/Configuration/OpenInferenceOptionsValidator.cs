using Microsoft.Extensions.Options;

namespace Inference.AspNetCore.Configuration;

/// <summary>Validates <see cref="OpenInferenceOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class OpenInferenceOptionsValidator : IValidateOptions<OpenInferenceOptions>;
