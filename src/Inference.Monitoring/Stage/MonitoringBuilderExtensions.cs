using System.Diagnostics.Metrics;
using Inference.Monitoring.Alerts;
using Inference.Monitoring.Stage;
using Inference.Status;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Monitoring;

/// <summary>Adds monitoring to models.</summary>
public static partial class MonitoringBuilderExtensions
{
    /// <summary>
    /// Adds a stage that counts the values of inputs and outputs of answered calls and compares them with a reference profile. Calls are neither delayed nor changed, and never fail because of it; synchronous
    /// calls stay synchronous. Options registered under the model's name apply first, then <paramref name="configure"/>.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    public static TBuilder UseMonitoring<TBuilder>(this TBuilder builder, Action<MonitoringOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Monitoring, "UseMonitoring", (inner, services) => Open(inner, services, model, configure));
        return builder;
    }

    private static MonitoringRunner Open(IModelRunner inner, IServiceProvider services, string model, Action<MonitoringOptions>? configure)
    {
        ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Monitoring") ?? NullLogger.Instance;
        var options = new StageOptions<MonitoringOptions>(services, model, configure, new MonitoringOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message));
        ModelConditions? conditions = ModelConditions.Find(services, model);
        AlertDispatcher? alerts = null;
        try
        {
            alerts = new AlertDispatcher(inner.Info.Name, () => options.Current.Alerts, services, conditions, logger);
            var monitor = new ModelMonitor(
                inner.Info,
                services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System,
                options,
                conditions,
                new MonitoringInstruments(inner.Info, services.GetService(typeof(IMeterFactory)) as IMeterFactory),
                alerts,
                logger,
                (inner.GetService(typeof(IModelFiles)) as IModelFiles)?.Find(ModelFile.Profile));
            return new MonitoringRunner(inner, monitor);
        }
        catch
        {
            alerts?.Dispose();
            options.Dispose();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': the new monitoring options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
