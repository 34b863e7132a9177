using System.Globalization;
using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Evaluation.Verdicts;
using Inference.Onnx;
using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Distillation;

/// <summary>Calibrates the confidence threshold of a cascade, so that the student answers as many rows as possible within the budget. Thread-safe.</summary>
public static class CascadeCalibrator
{
    /// <summary>The key of the student's metadata under which the threshold is stored.</summary>
    public const string MetadataKey = "inference.cascade";

    /// <summary>Calibrates the threshold on rows that neither model was trained on, and stores it in the student's metadata.</summary>
    /// <param name="context">Provides the loader that runs both models.</param>
    /// <param name="student">The student; its metadata is changed.</param>
    /// <param name="teacher">The model that answers the other rows.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">The metric and the labels.</param>
    /// <param name="maxDrop">The largest accepted drop of the metric compared with the teacher alone; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<CascadeResult> CalibrateAsync(
        OptimizationContext context, OnnxModel student, OnnxModel teacher, IDataSource data, EvaluationOptions options, double maxDrop, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(options);
        string output = options.Output ?? (student.Graph.Outputs.Find(static o => o.Type?.ElementType == OnnxElementType.Float32) ?? student.Graph.Outputs[0]).Name;
        (SourceJudge judge, Answers answers, Predictions small) = await PredictAsync(context, student, teacher, data, options, output, cancellationToken).ConfigureAwait(false);
        (string kind, string transform) = Confidence(small);
        double[] confidence = [.. Enumerable.Range(0, small.Rows).Select(r => Confidence(small.Row(r), kind, transform))];
        int[] order = [.. Enumerable.Range(0, small.Rows).OrderByDescending(r => confidence[r]).ThenBy(r => r)];

        // The upper end of the drop's interval, not the drop itself, must stay within the budget, because other rows differ by chance.
        CascadeResult best = new(double.MaxValue, 0, double.NaN, double.NaN, 0);
        for (int percent = 100; percent >= 0; percent--)
        {
            int count = (int)((long)small.Rows * percent / 100);
            while (count > 0 && count < order.Length && confidence[order[count]] == confidence[order[count - 1]])
            {
                count--;
            }

            (CascadeResult result, double high) = Judge(judge, answers, [.. order.Take(count)], count == 0 ? 2 : confidence[order[count - 1]]);
            if (high <= maxDrop || percent == 0)
            {
                best = result;
                break;
            }
        }

        student.Metadata[MetadataKey] = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"version":1,"output":"{{System.Text.Json.JsonEncodedText.Encode(output)}}","kind":"{{kind}}","transform":"{{transform}}","threshold":{{Math.Min(best.Threshold, 1):R}}}""");
        return best;
    }

    /// <summary>Evaluates a cascade of a given student, threshold and teacher on other rows.</summary>
    /// <param name="context">Provides the loader that runs both models.</param>
    /// <param name="student">The student.</param>
    /// <param name="teacher">The teacher.</param>
    /// <param name="data">The rows.</param>
    /// <param name="options">The metric and the labels.</param>
    /// <param name="threshold">The confidence from which the student answers a row.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<CascadeResult> EvaluateAsync(
        OptimizationContext context, OnnxModel student, OnnxModel teacher, IDataSource data, EvaluationOptions options, double threshold, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(options);
        string output = options.Output ?? (student.Graph.Outputs.Find(static o => o.Type?.ElementType == OnnxElementType.Float32) ?? student.Graph.Outputs[0]).Name;
        (SourceJudge judge, Answers answers, Predictions small) = await PredictAsync(context, student, teacher, data, options, output, cancellationToken).ConfigureAwait(false);
        (string kind, string transform) = Confidence(small);
        int[] stopped = [.. Enumerable.Range(0, small.Rows).Where(r => Confidence(small.Row(r), kind, transform) >= threshold)];
        return Judge(judge, answers, [.. stopped], threshold).Result;
    }

    private static async Task<(SourceJudge Judge, Answers Answers, Predictions Small)> PredictAsync(
        OptimizationContext context, OnnxModel student, OnnxModel teacher, IDataSource data, EvaluationOptions options, string output, CancellationToken cancellationToken)
    {
        SourceJudge judge = await SourceJudge.CreateAsync(context, teacher, data, options.Reading(output), null, cancellationToken).ConfigureAwait(false);
        Predictions small = await Predictor.RunAsync(context, student, data, output, "student", cancellationToken).ConfigureAwait(false);
        if (judge.Reading.Task == ReadingTask.Classes && (judge.Reading.Form == ScoreForm.Probability) != small.AreProbabilities())
        {
            throw new OptimizationException("Cascade: expected a student and a teacher that both return probabilities or both return scores, got one of each. Train the student on this teacher.");
        }

        return (judge, await judge.RunAsync(context, student, "student", cancellationToken).ConfigureAwait(false), small);
    }

    internal static double Confidence(ReadOnlySpan<float> row, string kind, string transform)
    {
        float[] values = row.ToArray();
        if (transform == "softmax")
        {
            System.Numerics.Tensors.TensorPrimitives.SoftMax(values, values);
        }
        else if (transform == "sigmoid")
        {
            System.Numerics.Tensors.TensorPrimitives.Sigmoid(values, values);
        }

        return kind == "binary_probability" ? Math.Max(values[^1], 1 - values[^1]) : System.Numerics.Tensors.TensorPrimitives.Max(values);
    }

    private static (string Kind, string Transform) Confidence(Predictions predictions)
    {
        bool probabilities = predictions.AreProbabilities();
        return predictions.Columns == 1
            ? ("binary_probability", probabilities ? "none" : "sigmoid")
            : ("max_probability", probabilities ? "none" : "softmax");
    }

    private static (CascadeResult Result, double High) Judge(SourceJudge judge, Answers student, HashSet<int> stopped, double threshold)
    {
        DropVerdict verdict = judge.JudgeMixed(student, stopped);
        return (new CascadeResult(threshold, (double)stopped.Count / student.Rows, verdict.Source, verdict.Candidate, verdict.Drop), verdict.High);
    }
}
