using System.Diagnostics.Metrics;
using Inference.Batching.Batches;
using Inference.Batching.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Batching;

/// <summary>Adds batching to models.</summary>
public static partial class BatchingBuilderExtensions
{
    /// <summary>
    /// Joins concurrent calls into batches along axis 0. Each caller gets its own rows of the batch's outputs, as views that keep the whole outputs alive until
    /// they are disposed. Options named by the model are read first, <paramref name="configure"/> runs last; changes of configuration are followed.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; null for none.</param>
    /// <exception cref="InferenceException">On building: the model's rows cannot be joined and <see cref="BatchingOptions.WhenNotBatchable"/> says to fail.</exception>
    public static TBuilder UseBatching<TBuilder>(this TBuilder builder, Action<BatchingOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Batching, "UseBatching", (inner, services) => Create(inner, services, model, configure));
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

    [LoggerMessage(3, LogLevel.Error, "Model '{Model}': new batching options were rejected, the last good ones stay: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
