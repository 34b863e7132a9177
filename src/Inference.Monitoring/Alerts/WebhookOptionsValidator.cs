using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Alerts;

/// <summary>Validates <see cref="WebhookOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
