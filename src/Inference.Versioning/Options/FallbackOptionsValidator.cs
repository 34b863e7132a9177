using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Checks the annotated ranges of <see cref="FallbackOptions"/>; generated, free of reflection.</summary>
[OptionsValidator]
internal sealed partial class FallbackOptionsValidator : IValidateOptions<FallbackOptions>;
