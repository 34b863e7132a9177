using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Retraining;

/// <summary>Validates <see cref="RetrainingOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class RetrainingOptionsValidator : IValidateOptions<RetrainingOptions>;
