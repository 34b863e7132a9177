using Microsoft.Extensions.Options;

namespace Inference.Hosting;

/// <summary>Checks the annotated ranges of <see cref="ModelOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class ModelOptionsRangeValidator : IValidateOptions<ModelOptions>;
