using System.Diagnostics.Metrics;
using Inference.Batching.Axes;
using Inference.Batching.Batches;
using Inference.Batching.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Batching;

/// <summary>Adds batching to models.</summary>
public static partial class BatchingBuilderExtensions
{
    /// <summary>
    /// Adds a stage that combines concurrent calls into batches along axis 0. Each caller receives its own rows of the batch's outputs, as views that keep the whole
    /// outputs alive until they are disposed. Options registered under the model's name apply first, then <paramref name="configure"/>; configuration changes are applied at run time.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the model cannot be batched and <see cref="BatchingOptions.WhenNotBatchable"/> is <see cref="NotBatchableMode.Fail"/>.</exception>
    public static TBuilder UseBatching<TBuilder>(this TBuilder builder, Action<BatchingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Batching, "UseBatching", (inner, services) => Create(inner, services, model, configure));
        return builder;
    }

    /// <summary>
    /// Adds a stage that presents a model whose batch axes differ, such as a recurrent one with states [layers, N, units], as one with rows along axis 0, so that stages around it can batch it. Add it inside batching.
    /// Inputs without a batch axis take one value for each row; rows whose values differ run apart. Options registered under the model's name apply first, then <paramref name="configure"/>.
    /// </summary>
    /// <remarks>It states that each row of the outputs depends on the same row of the inputs alone: nothing proves it.</remarks>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the model has no such ports or axes.</exception>
    public static TBuilder UseBatchAxes<TBuilder>(this TBuilder builder, Action<BatchAxesOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.BatchAxes, "UseBatchAxes", (inner, services) =>
        {
            using var options = new StageOptions<BatchAxesOptions>(services, model, configure, new BatchAxesOptionsValidator());
            return new BatchAxesRunner(inner, new AxisTable(inner.Info, options.Current));
        });
        return builder;
    }

    private static IModelRunner Create(IModelRunner inner, IServiceProvider services, string model, Action<BatchingOptions>? configure)
    {
        var clock = services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Batching") ?? NullLogger.Instance;
        var validator = new BatchingOptionsValidator();
        if (BatchAssembler.WhyNotBatchable(inner.Info) is { } why)
        {
            using var options = new StageOptions<BatchingOptions>(services, model, configure, validator);
            if (options.Current.WhenNotBatchable == NotBatchableMode.Fail)
            {
                throw new InferenceException($"Model '{model}', UseBatching: {why} Or remove UseBatching, or set WhenNotBatchable to PassThrough.");
            }

            LogPassThrough(logger, model, why);
            return inner;
        }

        return new BatchingRunner(
            inner,
            clock,
            logger,
            new(services, model, configure, validator, rejected => LogRejected(logger, model, rejected.Message)),
            services.GetService(typeof(IMeterFactory)) as IMeterFactory);
    }

    [LoggerMessage(2, LogLevel.Warning, "Model '{Model}' runs without batching: {Why}")]
    private static partial void LogPassThrough(ILogger logger, string model, string why);

    [LoggerMessage(3, LogLevel.Error, "Model '{Model}': the new batching options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
