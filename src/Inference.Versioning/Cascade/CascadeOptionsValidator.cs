using Microsoft.Extensions.Options;

namespace Inference.Versioning.Cascade;

/// <summary>Validates the annotated ranges of <see cref="CascadeOptions"/>; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class CascadeOptionsValidator : IValidateOptions<CascadeOptions>;
