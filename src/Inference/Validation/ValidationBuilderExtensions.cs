using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Validation;

/// <summary>Adds validation to models.</summary>
public static partial class ValidationBuilderExtensions
{
    /// <summary>
    /// Checks the inputs of every call before the inner stages: names, types and shapes against the signature; numbers, NaN and vocabularies against rules.
    /// Rows that violate a rule are rejected, replaced in a copy, or flagged in <see cref="RunContext.Record"/>. The caller's values are never modified, and are passed on
    /// unchanged if nothing is replaced. Options registered under the model's name are read first, <paramref name="configure"/> runs last; configuration changes are followed.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <exception cref="InferenceException">When the pipeline is built: a rule is for an input that the model does not have, or does not match its type.</exception>
    public static TBuilder UseValidation<TBuilder>(this TBuilder builder, Action<ValidationOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Validation, "UseValidation", (inner, services) =>
        {
            ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Validation") ?? NullLogger.Instance;
            return new ValidationRunner(
                inner,
                new(services, model, configure, new ValidationOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message)),
                services.GetService(typeof(IMeterFactory)) as IMeterFactory);
        });
        return builder;
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': new validation options were rejected, the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
