using System.Diagnostics.Metrics;
using Inference.Monitoring.Cost;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Monitoring;

/// <summary>Adds the measurement of cost to models.</summary>
public static partial class CostBuilderExtensions
{
    /// <summary>
    /// Adds a stage that measures the processor time of the model's runs, and by a stated price their money (<see cref="Status.ICostStatus"/>). Add it inside caching and batching; under versioning, to each version
    /// (<c>PerVersion(v => v.UseCost(…))</c>). Options registered under the model's name apply first, then <paramref name="configure"/>.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    public static TBuilder UseCost<TBuilder>(this TBuilder builder, Action<CostOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Cost, "UseCost", (inner, services) =>
        {
            ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Monitoring.Cost") ?? NullLogger.Instance;
            var options = new StageOptions<CostOptions>(services, model, configure, new CostOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message));
            return new CostRunner(inner, new CostMeter(inner.Info, () => options.Current, services.GetService(typeof(IMeterFactory)) as IMeterFactory), options);
        });
        return builder;
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': the new options of cost are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
