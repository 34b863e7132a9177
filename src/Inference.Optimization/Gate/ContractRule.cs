using System.Globalization;
using Inference.Data;
using Inference.Onnx;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;

namespace Inference.Optimization.Gate;

/// <summary>Whether a candidate runs on the rows and answers with numbers: its columns are there with their types and shapes, no output holds NaN, and none holds an infinity where the baseline's do not.</summary>
internal static class ContractRule
{
    public static async Task<GateRule> JudgeAsync(OptimizationContext context, OnnxModel? baseline, OnnxModel candidate, IDataSource data, CancellationToken cancellationToken)
    {
        Answered got;
        try
        {
            got = await CountAsync(context, candidate, data, "candidate", cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException exception) when (baseline is not null && exception is DataException or ModelRunException or InvalidInputException)
        {
            // The baseline runs on these rows: the candidate is at fault.
            return Rule(GateOutcome.Refused, null, null, exception.Message);
        }

        bool infinite = got.Infinite > 0 && baseline is not null && (await CountAsync(context, baseline, data, "baseline", cancellationToken).ConfigureAwait(false)).Infinite == 0;
        long broken = got.NotANumber + (infinite ? got.Infinite : 0);
        string reason = got.NotANumber > 0 ? string.Create(CultureInfo.InvariantCulture, $"output '{got.Where}' holds NaN in {got.NotANumber:N0} of {got.Rows:N0} rows, first in row {got.First}")
            : infinite ? string.Create(CultureInfo.InvariantCulture, $"outputs hold infinities in {got.Infinite:N0} of {got.Rows:N0} rows, those of the baseline in none") : "";
        return Rule(broken == 0 ? GateOutcome.Passed : GateOutcome.Refused, broken, got.Rows, reason);
    }

    private static GateRule Rule(GateOutcome outcome, long? broken, long? rows, string reason) => new()
    {
        Rule = "contract",
        Subject = "columns and outputs",
        Outcome = outcome,
        Required = true,
        Figure = broken,
        Bound = broken is null ? null : 0,
        Unit = GateUnit.Count,
        Rows = rows,
        Reason = reason,
    };

    private static async Task<Answered> CountAsync(OptimizationContext context, OnnxModel model, IDataSource data, string name, CancellationToken cancellationToken)
    {
        await using ModelSession session = await ModelSession.OpenAsync(context, model, name, cancellationToken).ConfigureAwait(false);
        var all = new Answered();
        await foreach ((NamedValues outputs, int rows) in session.RunAllAsync(data, cancellationToken).ConfigureAwait(false))
        {
            using (outputs)
            {
                bool[] nan = new bool[rows], infinite = new bool[rows];
                foreach ((string output, ModelValue value) in outputs)
                {
                    Mark(value, rows, nan, infinite);
                    int at = Array.IndexOf(nan, true);
                    if (all.Where is null && at >= 0)
                    {
                        (all.Where, all.First) = (output, all.Rows + at);
                    }
                }

                all.Rows += rows;
                all.NotANumber += nan.Count(static n => n);
                all.Infinite += infinite.Count(static n => n);
            }

            context.Report(name, (int)all.Rows, (int)(data.RowCount ?? 0));
        }

        return all;
    }

    private static void Mark(ModelValue value, int rows, bool[] nan, bool[] infinite)
    {
        if (value is SequenceValue sequence && sequence.Count == rows)
        {
            for (int row = 0; row < rows; row++)
            {
                if (sequence.Items[row] is MapValue map)
                {
                    Mark(map.Values, row, 1, nan, infinite);
                }
            }
        }
        else if (value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == rows)
        {
            Mark(tensor, 0, rows, nan, infinite);
        }
    }

    private static void Mark(TensorValue tensor, int first, int rows, bool[] nan, bool[] infinite)
    {
        if (tensor.ElementType is not (ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
        {
            return;
        }

        float[] numbers = TensorConversion.ToFloats(tensor);
        int width = numbers.Length / rows;
        for (int i = 0; i < numbers.Length; i++)
        {
            nan[first + (i / width)] |= float.IsNaN(numbers[i]);
            infinite[first + (i / width)] |= float.IsInfinity(numbers[i]);
        }
    }

    private sealed class Answered
    {
        public long Rows { get; set; }

        public long NotANumber { get; set; }

        public long Infinite { get; set; }

        public string? Where { get; set; }

        public long First { get; set; }
    }
}
