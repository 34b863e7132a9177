using Microsoft.Extensions.Options;

namespace Inference.Orleans.Configuration;

/// <summary>Validates <see cref="InferenceSiloOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class InferenceSiloOptionsValidator : IValidateOptions<InferenceSiloOptions>;
