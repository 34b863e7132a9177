using Microsoft.Extensions.Options;

namespace Inference.Versioning.Cascade;

/// <summary>Checks the annotated ranges of <see cref="CascadeOptions"/>; generated, free of reflection.</summary>
[OptionsValidator]
internal sealed partial class CascadeOptionsValidator : IValidateOptions<CascadeOptions>;
