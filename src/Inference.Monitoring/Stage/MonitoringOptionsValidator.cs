using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Stage;

/// <summary>Validates <see cref="MonitoringOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class MonitoringOptionsValidator : IValidateOptions<MonitoringOptions>;
