using Microsoft.Extensions.Options;

namespace Inference.Monitoring.Feedback;

/// <summary>Validates <see cref="FeedbackOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class FeedbackOptionsValidator : IValidateOptions<FeedbackOptions>;
