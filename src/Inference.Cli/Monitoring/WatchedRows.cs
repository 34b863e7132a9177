using Inference.Monitoring;
using Inference.Rows;

namespace Inference.Cli.Monitoring;

/// <summary>Consecutive rows as a monitored model sees them. Disposing them disposes the values.</summary>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs; null if there are none.</param>
/// <param name="Labels">One label for each row; null for none.</param>
/// <param name="FirstRow">The index of the first row, from 0.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Times">The time of each row; null if they are not known.</param>
internal sealed record WatchedRows(NamedValues Inputs, NamedValues? Outputs, TensorValue? Labels, long FirstRow, int Rows, DateTimeOffset[]? Times) : IDisposable
{
    /// <summary>The parts whose rows are consecutive and of one season; of a profile without seasons, or of rows without times, all of them.</summary>
    /// <param name="profile">The profile.</param>
    public IEnumerable<WatchedRows> BySeason(ReferenceProfile profile)
    {
        for (int first = 0; first < Rows;)
        {
            int end = first + 1;
            while (end < Rows && (Times is null || profile.SeasonOf(Times[end]) == profile.SeasonOf(Times[first])))
            {
                end++;
            }

            yield return new WatchedRows(Slice(Inputs, first, end), Outputs is null ? null : Slice(Outputs, first, end), Labels is null ? null : TensorRows.Copy(Labels, first, end - first), FirstRow + first, end - first, Times?[first..end]);
            first = end;
        }
    }

    private NamedValues Slice(NamedValues values, int first, int end)
    {
        var part = new NamedValues(Math.Max(values.Count, 1));
        foreach ((string name, ModelValue value) in values)
        {
            bool rows = value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == Rows;
            part.Add(name, rows && end - first < Rows ? TensorRows.Copy((TensorValue)value, first, end - first) : value.Retain());
        }

        return part;
    }

    public void Dispose()
    {
        Inputs.Dispose();
        Outputs?.Dispose();
        Labels?.Dispose();
    }
}
