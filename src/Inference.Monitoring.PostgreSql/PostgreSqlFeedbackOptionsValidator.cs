using Microsoft.Extensions.Options;

namespace Inference.Monitoring.PostgreSql;

/// <summary>Validates <see cref="PostgreSqlFeedbackOptions"/> without reflection.</summary>
[OptionsValidator]
internal sealed partial class PostgreSqlFeedbackOptionsValidator : IValidateOptions<PostgreSqlFeedbackOptions>;
