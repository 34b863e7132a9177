using System.Diagnostics.Metrics;
using Inference.Monitoring.Alerts;
using Inference.Monitoring.Retraining;
using Inference.Status;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Monitoring;

/// <summary>Adds retraining to models.</summary>
public static partial class RetrainingBuilderExtensions
{
    /// <summary>
    /// Adds a trigger that asks for a new model when drift matters, by a schedule, or on request, and hands over a bundle to train it from. Calls are not affected. It is outside feedback, versioning and monitoring, whose state it reads.
    /// Options registered under the model's name apply first, then <paramref name="configure"/>.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: labels are waited for, and there is no feedback inside.</exception>
    public static TBuilder UseRetraining<TBuilder>(this TBuilder builder, Action<RetrainingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Retraining, "UseRetraining", (inner, services) => Open(inner, services, model, configure));
        return builder;
    }

    private static RetrainingRunner Open(IModelRunner inner, IServiceProvider services, string model, Action<RetrainingOptions>? configure)
    {
        ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Monitoring.Retraining") ?? NullLogger.Instance;
        var options = new StageOptions<RetrainingOptions>(services, model, configure, new RetrainingOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message));
        try
        {
            return new RetrainingRunner(inner, new RetrainingTrigger(
                inner,
                model,
                options,
                services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System,
                ModelConditions.Find(services, model),
                new RetrainingInstruments(model, services.GetService(typeof(IMeterFactory)) as IMeterFactory),
                new WebhookClients(services.GetService(typeof(IHttpClientFactory)) as IHttpClientFactory),
                logger));
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': the new retraining options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
