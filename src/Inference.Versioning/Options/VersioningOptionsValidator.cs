using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Validates the annotated ranges of <see cref="VersioningOptions"/>; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class VersioningOptionsValidator : IValidateOptions<VersioningOptions>;
