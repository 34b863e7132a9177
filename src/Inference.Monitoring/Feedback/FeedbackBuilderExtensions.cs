using System.Diagnostics.Metrics;
using Inference.Feedback;
using Inference.Monitoring.Alerts;
using Inference.Monitoring.Feedback;
using Inference.Security;
using Inference.Status;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Monitoring;

/// <summary>Adds feedback to models.</summary>
public static partial class FeedbackBuilderExtensions
{
    private static readonly AlertOptions s_alerts = new();

    /// <summary>
    /// Adds a stage that keeps answered calls that have a <see cref="RunContext"/>, so that labels and outcomes can be reported for them (<see cref="IFeedback"/>). Calls are neither delayed nor changed, and never fail because of it;
    /// synchronous calls stay synchronous. If <see cref="ISubjectKeys"/> are registered, a store gets values and reports encrypted under the keys of the call's subject and tenant. Options registered under the model's name apply first, then <paramref name="configure"/>.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to.</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: a column is none of the model's.</exception>
    public static TBuilder UseFeedback<TBuilder>(this TBuilder builder, Action<FeedbackOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Feedback, "UseFeedback", (inner, services) => Open(inner, services, model, configure));
        if (builder is IModelBuilder { Services: var registered })
        {
            registered.TryAddKeyedSingleton<IFeedback>(model, static (services, name) => new KeyedFeedback((string)name!, services.GetRequiredKeyedService<IModelRunner>(name)));
        }

        return builder;
    }

    private static FeedbackRunner Open(IModelRunner inner, IServiceProvider services, string model, Action<FeedbackOptions>? configure)
    {
        ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Monitoring") ?? NullLogger.Instance;
        using var options = new StageOptions<FeedbackOptions>(services, model, configure, new FeedbackOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message));
        FeedbackOptions current = options.Current;
        var plan = new CapturePlan(inner.Info, current, services.GetService(typeof(IRedactorProvider)) as IRedactorProvider);
        IFeedbackStore store = current.Store?.Invoke(inner.Info) ?? (services.GetService(typeof(IFeedbackStoreProvider)) as IFeedbackStoreProvider)?.Create(inner.Info) ?? new MemoryFeedbackStore();

        // What is only in memory is gone with it: it is kept as it is.
        ISubjectKeys? keys = store is MemoryFeedbackStore ? null : services.GetService(typeof(ISubjectKeys)) as ISubjectKeys;
        if (keys is not null)
        {
            store = new ProtectedFeedbackStore(store, keys);
        }

        ModelConditions? conditions = ModelConditions.Find(services, model);
        var feedback = new ModelFeedback(
            model,
            current,
            plan,
            store,
            keys,
            inner,
            services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System,
            conditions,
            current.Performance.FairnessGap is null ? null : new AlertDispatcher(model, static () => s_alerts, services, conditions, logger, gauges: false),
            new FeedbackInstruments(model, services.GetService(typeof(IMeterFactory)) as IMeterFactory),
            logger);
        foreach (IOutcomeObserver observer in (services as IKeyedServiceProvider)?.GetKeyedServices<IOutcomeObserver>(model) ?? [])
        {
            feedback.Subscribe(observer);
        }

        return new FeedbackRunner(inner, feedback);
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': the new feedback options are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
