using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Onnx;

namespace Inference.Optimization.Evaluation;

/// <summary>Compares a model with the model it was made from. Thread-safe.</summary>
public static class ModelComparer
{
    /// <summary>Runs both models over the data. The reading of outputs and labels is decided from the source model alone.</summary>
    /// <param name="context">Provides the loader, the seed and the progress.</param>
    /// <param name="source">The source model.</param>
    /// <param name="candidate">The candidate.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">The metric, labels, slices and budget.</param>
    /// <param name="candidateLoader">The loader of the candidate; null for the same as the source.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The metric needs labels and there are none, or an output is missing.</exception>
    /// <exception cref="DataException">The data does not match the models.</exception>
    /// <exception cref="Inference.Evaluation.EvaluationException">Outputs or labels cannot be read unambiguously, or the candidate's have another form.</exception>
    public static async Task<ComparisonResult> CompareAsync(
        OptimizationContext context, OnnxModel source, OnnxModel candidate, IDataSource data, EvaluationOptions options, IModelLoader? candidateLoader = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        return await CompareAsync(context, source, candidate, data, options, candidateLoader, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares with a source that may already have been evaluated on the data.</summary>
    internal static async Task<ComparisonResult> CompareAsync(
        OptimizationContext context, OnnxModel source, OnnxModel candidate, IDataSource data, EvaluationOptions options, IModelLoader? candidateLoader, SourceJudge? judge, CancellationToken cancellationToken)
    {
        judge ??= await SourceJudge.CreateAsync(context, source, data, options, null, cancellationToken).ConfigureAwait(false);
        Answers answers = await judge.RunAsync(candidateLoader is null ? context : context.With(candidateLoader), candidate, "candidate", cancellationToken).ConfigureAwait(false);
        return judge.Compare(answers);
    }

    /// <summary>Evaluates the metric of one model, and how its outputs are read.</summary>
    internal static async Task<(string Metric, double Value, OutputReading Reading)> MeasureAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, EvaluationOptions options, CancellationToken cancellationToken)
    {
        SourceJudge judge = await SourceJudge.CreateAsync(context, model, data, options, null, cancellationToken).ConfigureAwait(false);
        return (judge.Metric.Name, judge.Measure(), judge.Reading);
    }
}
