using System.Globalization;
using Inference.Evaluation.Metrics;

namespace Inference.Evaluation.Reading;

/// <summary>Evaluates a reading on the source model's sample: its value, the chance level, and warnings.</summary>
internal sealed class SampleCheck(OutputReading reading, EvaluationRows rows)
{
    // Where a warning is worth reading: an error within 5 % of the mean's, a tenth of the way from chance to always right, a ranking of 0.65 where chance has 0.5. Warnings change no result.
    private const double PoorFit = 0.95;
    private const double SmallGain = 0.1;
    private const double GoodOrder = 0.65;

    public OutputReading Judge()
    {
        MetricAccumulator accumulator = MetricCatalog.Parse(reading.Metric).CreateAccumulator();
        for (int i = 0; i < rows.Count; i++)
        {
            accumulator.Add(rows.GetRow(i));
        }

        double value = accumulator.Value;
        double chance = reading.Task switch
        {
            ReadingTask.Classes or ReadingTask.Tokens => MostFrequent(),
            ReadingTask.Values => Spread(),
            _ => double.NaN,
        };
        return reading with { SampleValue = value, ChanceValue = chance, Warnings = [.. Warnings(value, chance)] };
    }

    private IEnumerable<string> Warnings(double value, double chance)
    {
        if (reading.Task is ReadingTask.Classes or ReadingTask.Tokens)
        {
            double error = Math.Sqrt(Math.Max(chance * (1 - chance), 0) / rows.Count);
            if (chance < 1 && value <= chance + Math.Max(2 * error, SmallGain * (1 - chance)) && !OrdersWell())
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"the source model predicts {value:P1} correctly, near or below the {chance:P1} of always predicting the most frequent class: the labels may belong to other rows or to another output, or name the classes differently{Better(value)}");
            }

            if (rows.UnknownLabels > 0)
            {
                yield return $"{rows.UnknownLabels} labels are outside the class list and count as wrong";
            }
        }
        else if (reading.Task == ReadingTask.Values && value >= PoorFit * chance)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the source model's error, {value:G4}, is near or above the {chance:G4} of always predicting the mean: the labels may belong to other rows or another output, or be scaled");
        }

        if (reading.LabelOutput is not null && reading.ScoreOutput is not null && !reading.OutputsAgree)
        {
            yield return $"'{reading.LabelOutput}' is not always the class with the highest score of '{reading.ScoreOutput}': the label is evaluated";
        }
    }

    // If one class is rare, a good model may seldom predict it: its scores are checked.
    private bool OrdersWell()
    {
        if (reading.ScoreOutput is null || rows.GetRow(0).Actual.Length > 1)
        {
            return false;
        }

        MetricAccumulator accumulator = MetricCatalog.Parse("auc").CreateAccumulator();
        for (int i = 0; i < rows.Count; i++)
        {
            accumulator.Add(rows.GetRow(i));
        }

        return accumulator.Value >= GoodOrder;
    }

    // Whether another order of the classes would be much better, so that the warning can name it.
    private string Better(double value)
    {
        int classes = reading.Classes.Count;
        for (int shift = 1; shift < classes; shift++)
        {
            int right = 0, all = 0;
            for (int i = 0; i < rows.Count; i++)
            {
                EvaluationRow row = rows.GetRow(i);
                for (int k = 0; k < row.Actual.Length; k++)
                {
                    all += row.Actual[k] == EvaluationRow.Ignored ? 0 : 1;
                    right += row.Predicted[k] >= 0 && row.Actual[k] >= 0 && (row.Predicted[k] + shift) % classes == row.Actual[k] ? 1 : 0;
                }
            }

            double other = (double)right / all;
            if (other > value + 0.2)
            {
                return string.Create(CultureInfo.InvariantCulture, $"; with the class list {string.Join(", ", Enumerable.Range(0, classes).Select(c => reading.Classes[(c + shift) % classes]))} it would be {other:P1}");
            }
        }

        return "";
    }

    private double MostFrequent()
    {
        var counts = new Dictionary<int, long>();
        long all = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            foreach (int actual in rows.GetRow(i).Actual)
            {
                if (actual != EvaluationRow.Ignored)
                {
                    counts[actual] = counts.GetValueOrDefault(actual) + 1;
                    all++;
                }
            }
        }

        return all == 0 ? double.NaN : (double)counts.Values.Max() / all;
    }

    private double Spread()
    {
        int columns = rows.GetRow(0).Truth.Length;
        var sums = new double[columns];
        for (int i = 0; i < rows.Count; i++)
        {
            for (int c = 0; c < columns; c++)
            {
                sums[c] += rows.GetRow(i).Truth[c] / rows.Count;
            }
        }

        MetricAccumulator accumulator = MetricCatalog.Parse(reading.Metric).CreateAccumulator();
        for (int i = 0; i < rows.Count; i++)
        {
            accumulator.Add(new EvaluationRow { Values = sums, Truth = rows.GetRow(i).Truth });
        }

        return accumulator.Value;
    }
}
