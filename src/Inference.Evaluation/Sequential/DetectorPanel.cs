namespace Inference.Evaluation.Sequential;

/// <summary>Many streams under one alarm: the mean of their e-detectors is an e-detector under any dependence, so that the alarm "mean ≥ run length" comes, while nothing changes, after that many buckets or more on average. Thread-safe.</summary>
/// <remarks>All detectors take their buckets on one clock. Which streams are named is decided by e-d-BH: its guarantee is a bound of the expected share of wrong names ÷ the time they are waited for, not a false-discovery rate
/// of alarms. Source: Dandapanthula and Ramdas, "Multiple testing in multi-stream sequential change detection", arXiv 2501.04130, 2025.</remarks>
public static class DetectorPanel
{
    /// <summary>ln of the mean of the detectors' values.</summary>
    /// <param name="logValues">ln of each value, such as <see cref="RateDetector.LogValue"/>; at least one.</param>
    /// <exception cref="EvaluationException">There is none.</exception>
    public static double LogMeanOf(IReadOnlyList<double> logValues)
    {
        ArgumentNullException.ThrowIfNull(logValues);
        return logValues.Count == 0
            ? throw new EvaluationException("Detector panel: expected at least one detector, got none. Watch a stream.")
            : LogMean.Of([.. logValues]);
    }

    /// <summary>Whether the panel's alarm is raised.</summary>
    /// <param name="logValues">ln of each value.</param>
    /// <param name="runLength">Expected buckets until a false alarm, 1/α, above 1.</param>
    public static bool IsAlarm(IReadOnlyList<double> logValues, double runLength)
    {
        CheckRunLength(runLength);
        return LogMeanOf(logValues) >= Math.Log(runLength);
    }

    /// <summary>The streams named as changed, the greatest first: the most, k of m, for which the k-th greatest value is at least m ÷ (αk).</summary>
    /// <param name="logValues">ln of each value.</param>
    /// <param name="runLength">1/α, above 1.</param>
    /// <returns>Indices of the streams; empty where none is named.</returns>
    public static IReadOnlyList<int> Named(IReadOnlyList<double> logValues, double runLength)
    {
        ArgumentNullException.ThrowIfNull(logValues);
        CheckRunLength(runLength);
        int[] order = [.. Enumerable.Range(0, logValues.Count).OrderByDescending(i => logValues[i])];
        for (int k = order.Length; k > 0; k--)
        {
            if (logValues[order[k - 1]] >= Math.Log(runLength * order.Length / k))
            {
                return order[..k];
            }
        }

        return [];
    }

    private static void CheckRunLength(double runLength)
    {
        if (!(runLength > 1))
        {
            throw new ArgumentOutOfRangeException(nameof(runLength), runLength, "Expected a run length above one bucket.");
        }
    }
}
