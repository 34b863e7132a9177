namespace Inference.Monitoring.Performance;

/// <summary>Estimates accuracy and macro one-vs-rest AUC of a classifier of several classes without labels: accuracy from the calibrated confidence of the predicted class, AUC from the calibrated score of each class.</summary>
internal sealed class MulticlassPerformance
{
    private readonly BinaryPerformance _confidence;
    private readonly BinaryPerformance[] _classes;

    /// <summary>Initializes an estimator.</summary>
    /// <param name="confidence">The confidence of the predicted class, where a row is positive if the prediction is right; its threshold is the first cell.</param>
    /// <param name="classes">The score of each class, where a row is positive if its label is the class.</param>
    public MulticlassPerformance(BinaryPerformance confidence, IReadOnlyList<BinaryPerformance> classes)
    {
        _confidence = confidence;
        _classes = [.. classes];
    }

    /// <summary>Estimates accuracy and AUC of rows without labels.</summary>
    /// <param name="confidence">The rows in each cell of the confidence.</param>
    /// <param name="classes">The rows in each cell of each class's score.</param>
    /// <param name="level">The level of the intervals. Those of the classes are averaged, which holds whatever the dependence between classes is.</param>
    public MetricEstimate[] Estimate(long[] confidence, IReadOnlyList<long[]> classes, double level = 0.95)
    {
        MetricEstimate accuracy = _confidence.Estimate(confidence, level)[1];
        double reference = 0, value = 0, low = 0, high = 0, reliability = 1;
        int count = 0;
        for (int i = 0; i < _classes.Length; i++)
        {
            MetricEstimate auc = _classes[i].Estimate(classes[i], level)[0];
            if (double.IsNaN(auc.Value) || double.IsNaN(auc.Reference))
            {
                continue;
            }

            (reference, value, low, high) = (reference + auc.Reference, value + auc.Value, low + auc.Low, high + auc.High);
            reliability = Math.Min(reliability, auc.Reliability);
            count++;
        }

        return count == 0 ? [accuracy] : [accuracy, new MetricEstimate("auc", reference / count, value / count, low / count, high / count, reliability)];
    }
}
