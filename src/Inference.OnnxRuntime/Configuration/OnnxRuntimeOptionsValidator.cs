using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime.Configuration;

/// <summary>Checks the annotated ranges of <see cref="OnnxRuntimeOptions"/>; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class OnnxRuntimeOptionsValidator : IValidateOptions<OnnxRuntimeOptions>;
