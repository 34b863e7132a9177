using Inference.Data;
using Inference.Evaluation.Reading;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;
using Inference.Rows;
using System.Numerics.Tensors;

namespace Inference.Optimization.Evaluation;

/// <summary>The source model's own predictions as labels, for the metric agreement.</summary>
internal sealed class OwnAnswers
{


    /// <summary>The classes predicted by the source model.</summary>
    public required TensorValue Labels { get; init; }

    /// <summary>What is then known about the output.</summary>
    public required ReadingOptions Options { get; init; }

    /// <param name="session">The source model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="output">The output; null for the first.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="OptimizationException">The output does not have one row per row of the data, or contains neither numbers nor labels.</exception>
    public static async Task<OwnAnswers> ReadAsync(ModelSession session, IDataSource data, string? output, CancellationToken cancellationToken)
    {
        string name = output ?? session.Runner.Info.Outputs[0].Name;
        var parts = new List<TensorValue>();
        var scores = new List<float>();
        await foreach ((NamedValues outputs, int rows) in session.RunAllAsync(data, cancellationToken).ConfigureAwait(false))
        {
            using (outputs)
            {
                outputs.TryGetValue(name, out ModelValue? value);
                if (value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == rows)
                {
                    Add(tensor, parts, scores);
                }
                else if (value is SequenceValue sequence && sequence.Count == rows && sequence.Items.All(static item => item is MapValue))
                {
                    parts.Add(TensorRows.Concatenate([.. sequence.Items.Cast<MapValue>().Select(BestKey)]));
                }
                else
                {
                    throw new OptimizationException(
                        $"Model '{session.Runner.Info.Name}', output '{name}': expected a tensor or maps with {rows} rows, got {value?.ToString() ?? "none"}. Choose another output: {string.Join(", ", session.Runner.Info.Outputs.Select(o => o.Name))}.");
                }
            }
        }

        if (scores.Count == 0)
        {
            return new OwnAnswers { Labels = TensorRows.Concatenate([.. parts]), Options = new ReadingOptions { OutputName = name } };
        }

        // One score per row: a probability if all are from 0 to 1, otherwise a logit.
        bool probabilities = scores.TrueForAll(static s => s is >= 0 and <= 1);
        double threshold = probabilities ? 0.5 : 0;
        return new OwnAnswers
        {
            Labels = TensorValue.Copy<long>(scores.Select(s => s > threshold ? 1L : 0L).ToArray(), [scores.Count]),
            Options = new ReadingOptions { OutputName = name, Threshold = threshold, Form = probabilities ? ScoreForm.Probability : ScoreForm.Logit },
        };
    }

    private static void Add(TensorValue tensor, List<TensorValue> parts, List<float> scores)
    {
        if (tensor.ElementType is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
        {
            parts.Add(TensorRows.Copy(tensor, 0, TensorRows.Count(tensor)));
            return;
        }

        // For images classes lie along the first axis, for sequences along the last.
        float[] numbers = TensorConversion.ToFloats(tensor);
        long[] shape = tensor.Shape.ToArray();
        int[] axes = [.. Enumerable.Range(1, shape.Length - 1).Where(axis => shape[axis] > 1)];
        if (axes.Length == 0)
        {
            scores.AddRange(numbers);
            return;
        }

        int chosen = shape.Length > 3 ? axes[0] : axes[^1];
        int count = (int)shape[chosen];
        int inner = shape[(chosen + 1)..].Aggregate(1, static (product, size) => product * (int)size);
        var best = new long[numbers.Length / count];
        var values = new float[count];
        for (int i = 0; i < best.Length; i++)
        {
            for (int c = 0; c < count; c++)
            {
                values[c] = numbers[(((i / inner * count) + c) * inner) + (i % inner)];
            }

            best[i] = TensorPrimitives.IndexOfMax<float>(values);
        }

        parts.Add(TensorValue.Copy<long>(best, [.. shape.Where((_, axis) => axis != chosen)]));
    }

    private static TensorValue BestKey(MapValue map) => TensorRows.Copy(map.Keys, TensorPrimitives.IndexOfMax<float>(TensorConversion.ToFloats(map.Values)), 1);
}
