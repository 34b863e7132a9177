using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Checks the annotated ranges of <see cref="VersioningOptions"/>; generated, free of reflection.</summary>
[OptionsValidator]
internal sealed partial class VersioningOptionsValidator : IValidateOptions<VersioningOptions>;
