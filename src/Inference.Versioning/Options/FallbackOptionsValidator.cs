using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Validates the annotated ranges of <see cref="FallbackOptions"/>; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class FallbackOptionsValidator : IValidateOptions<FallbackOptions>;
