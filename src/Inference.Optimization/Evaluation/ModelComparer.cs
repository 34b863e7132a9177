using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Onnx;

namespace Inference.Optimization.Evaluation;

/// <summary>Judges a model against the one it was made from. Thread-safe.</summary>
public static class ModelComparer
{
    /// <summary>Runs both models over the data. How outputs and labels are read is decided from the source model alone.</summary>
    /// <param name="context">Loader, seed and progress.</param>
    /// <param name="source">The source model.</param>
    /// <param name="candidate">The other model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">Metric, labels, slices, budget.</param>
    /// <param name="candidateLoader">What the other model is run with; null: as the source.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="OptimizationException">The metric needs labels and there are none, or an output is missing.</exception>
    /// <exception cref="DataException">The data does not fit the models.</exception>
    /// <exception cref="Inference.Evaluation.EvaluationException">Outputs or labels cannot be read without a guess, or the other model's are of another form.</exception>
    public static async Task<ComparisonResult> CompareAsync(
        OptimizationContext context, OnnxModel source, OnnxModel candidate, IDataSource data, EvaluationOptions options, IModelLoader? candidateLoader = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        SourceJudge judge = await SourceJudge.CreateAsync(context, source, data, options, null, cancellationToken).ConfigureAwait(false);
        Answers answers = await judge.RunAsync(candidateLoader is null ? context : context.With(candidateLoader), candidate, "candidate", cancellationToken).ConfigureAwait(false);
        return judge.Compare(answers);
    }

    /// <summary>The metric of one model, and how it is read.</summary>
    internal static async Task<(string Metric, double Value, OutputReading Reading)> MeasureAsync(
        OptimizationContext context, OnnxModel model, IDataSource data, EvaluationOptions options, CancellationToken cancellationToken)
    {
        SourceJudge judge = await SourceJudge.CreateAsync(context, model, data, options, null, cancellationToken).ConfigureAwait(false);
        return (judge.Metric.Name, judge.Measure(), judge.Reading);
    }
}
