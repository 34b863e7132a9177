using Inference.Data;
using Inference.Evaluation.Metrics;
using Inference.Evaluation.Reading;
using Inference.Optimization.Numerics;
using Inference.Optimization.Running;

namespace Inference.Optimization.Evaluation;

/// <summary>The predictions of a model for all rows, read according to a reading.</summary>
internal sealed class Answers
{
    private readonly List<int> _starts = [];
    private readonly List<EvaluationRows> _parts = [];
    private readonly List<float> _numbers = [];

    public int Rows { get; private set; }

    /// <summary>The raw elements of the output of scores or values, row-major; empty if the model returns labels only.</summary>
    public IReadOnlyList<float> Numbers => _numbers;

    /// <param name="row">The index of the row, from 0.</param>
    public EvaluationRow Row(int row)
    {
        int part = _starts.BinarySearch(row);
        part = part < 0 ? ~part - 1 : part;
        return _parts[part].GetRow(row - _starts[part]);
    }

    /// <summary>Runs all rows.</summary>
    /// <param name="context">Receives progress.</param>
    /// <param name="session">The model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="reading">How outputs are read.</param>
    /// <param name="stage">The name of the stage in progress reports.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="DataException">The data does not match the model or contains non-finite values.</exception>
    /// <exception cref="OptimizationException">The model returned NaN.</exception>
    public static async Task<Answers> ReadAsync(
        OptimizationContext context, ModelSession session, IDataSource data, TensorValue labels, OutputReading reading, string stage, CancellationToken cancellationToken)
    {
        var all = new Answers();
        await foreach ((NamedValues outputs, int rows) in session.RunAllAsync(data, cancellationToken).ConfigureAwait(false))
        {
            using (outputs)
            using (TensorValue part = labels.Rows(all.Rows, rows))
            {
                all.Add(reading.Read(outputs, part), outputs, reading, session.Runner.Info.Name);
            }

            context.Report(stage, all.Rows, (int)(data.RowCount ?? 0));
        }

        return all;
    }

    private void Add(EvaluationRows rows, NamedValues outputs, OutputReading reading, string model)
    {
        int before = _numbers.Count;
        if (reading.ScoreOutput is { } name)
        {
            if (outputs.GetValue(name) is TensorValue tensor)
            {
                _numbers.AddRange(TensorConversion.ToFloats(tensor));
            }
            else
            {
                for (int i = 0; i < rows.Count; i++)
                {
                    foreach (double score in rows.GetRow(i).Probabilities)
                    {
                        _numbers.Add((float)score);
                    }
                }
            }
        }

        int bad = _numbers.FindIndex(before, float.IsNaN);
        if (bad >= 0)
        {
            throw new OptimizationException(
                $"Model '{model}': expected numbers, got NaN in row {Rows + ((bad - before) / ((_numbers.Count - before) / rows.Count))}. The model overflows on this row; remove the row, or correct the model.");
        }

        _starts.Add(Rows);
        _parts.Add(rows);
        Rows += rows.Count;
    }
}
