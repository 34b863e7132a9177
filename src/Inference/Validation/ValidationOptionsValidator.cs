using Microsoft.Extensions.Options;

namespace Inference.Validation;

/// <summary>Checks <see cref="ValidationOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class ValidationOptionsValidator : IValidateOptions<ValidationOptions>;
