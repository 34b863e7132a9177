using System.Diagnostics.Metrics;
using Inference.Sequences.Configuration;
using Inference.Sequences.Diagnostics;
using Inference.Sequences.Stage;
using Inference.Sequences.States;
using Inference.Sequences.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Sequences;

/// <summary>Adds sequences to models.</summary>
public static partial class SequencesBuilderExtensions
{
    /// <summary>
    /// Adds a stage that keeps a model's states between the calls of a sequence: <see cref="SequenceExtensions.StartSequence"/>, or <see cref="RunContext.Sequence"/>. The states disappear from the model's inputs and
    /// outputs; calls without a sequence begin with the initial states and leave none. Options registered under the model's name apply first, then <paramref name="configure"/>; changes of the limits are applied at run time.
    /// </summary>
    /// <param name="builder">The pipeline to add the stage to; under versioning, that of a version (<c>PerVersion</c>).</param>
    /// <param name="configure">Configures the options; null to keep them as they are.</param>
    /// <exception cref="InferenceException">Thrown while the pipeline is built: the model has no such inputs or outputs, or their types do not agree.</exception>
    public static TBuilder UseSequences<TBuilder>(this TBuilder builder, Action<SequenceOptions>? configure = null)
        where TBuilder : IModelPipelineBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        string model = builder.ModelName;
        builder.Add(PipelineStage.Sequences, "UseSequences", (inner, services) => Create(inner, services, model, configure));
        return builder;
    }

    private static SequenceRunner Create(IModelRunner inner, IServiceProvider services, string model, Action<SequenceOptions>? configure)
    {
        var clock = services.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        ILogger logger = (services.GetService(typeof(ILoggerFactory)) as ILoggerFactory)?.CreateLogger("Inference.Sequences") ?? NullLogger.Instance;
        var options = new StageOptions<SequenceOptions>(services, model, configure, new SequenceOptionsValidator(), rejected => LogRejected(logger, model, rejected.Message));
        try
        {
            ModelInfo info = inner.Info;
            var table = new StateTable(info, options.Current);
            var instruments = new SequenceInstruments(info.Name, info.Version, services.GetService(typeof(IMeterFactory)) as IMeterFactory);
            return new SequenceRunner(inner, clock, table, new SequenceStore(info.Name, clock, instruments, options.Current), options);
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Model '{Model}': the new options of sequences are invalid and were ignored; the previous ones remain in effect: {Reason}")]
    private static partial void LogRejected(ILogger logger, string model, string reason);
}
