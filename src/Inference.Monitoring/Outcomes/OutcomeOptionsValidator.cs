using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Outcomes;

/// <summary>Validates <see cref="OutcomeOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class OutcomeOptionsValidator : IValidateOptions<OutcomeOptions>;
