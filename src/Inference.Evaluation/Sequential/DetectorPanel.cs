namespace Inference.Evaluation.Sequential;

/// <summary>Combines many streams under one alarm: the mean of their e-detectors is an e-detector under any dependence, so that without a change the alarm "mean ≥ run length" occurs after at least that many buckets on average. Thread-safe.</summary>
/// <remarks>All detectors receive their buckets at the same times. e-d-BH decides which streams are named: its guarantee bounds the expected share of wrongly named streams ÷ the time until they are named; it is not a false-discovery rate
/// of alarms. Source: Dandapanthula and Ramdas, "Multiple testing in multi-stream sequential change detection", arXiv 2501.04130, 2025.</remarks>
public static class DetectorPanel
{
    /// <summary>Computes ln of the mean of the detectors' values.</summary>
    /// <param name="logValues">ln of each value, such as <see cref="RateDetector.LogValue"/>; at least one.</param>
    /// <exception cref="EvaluationException">The list is empty.</exception>
    public static double LogMeanOf(IReadOnlyList<double> logValues)
    {
        ArgumentNullException.ThrowIfNull(logValues);
        return logValues.Count == 0
            ? throw new EvaluationException("Detector panel: expected at least one detector, got none. Add a stream.")
            : LogMean.Of([.. logValues]);
    }

    /// <summary>Whether the panel's alarm is raised.</summary>
    /// <param name="logValues">ln of each value.</param>
    /// <param name="runLength">The expected number of buckets until a false alarm, 1/α, above 1.</param>
    public static bool IsAlarm(IReadOnlyList<double> logValues, double runLength)
    {
        CheckRunLength(runLength);
        return LogMeanOf(logValues) >= Math.Log(runLength);
    }

    /// <summary>Returns the streams named as changed, the largest value first: the largest k of m for which the k-th largest value is at least m ÷ (αk).</summary>
    /// <param name="logValues">ln of each value.</param>
    /// <param name="runLength">1/α, above 1.</param>
    /// <returns>The indices of the streams; empty if none is named.</returns>
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
