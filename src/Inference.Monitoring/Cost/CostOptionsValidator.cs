using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Cost;

/// <summary>Validates <see cref="CostOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class CostOptionsValidator : IValidateOptions<CostOptions>;
