namespace Inference.Evaluation.Reading;

/// <summary>Decides how the outputs of a model and its labels are read. Thread-safe.</summary>
public static class OutputReader
{
    /// <summary>Decides once, from the outputs of the source model.</summary>
    /// <remarks>
    /// <para>Outputs with one row for each label are considered. Outputs that can hold the labels' classes are preferred to those of numbers: a sequence of maps, then scores along an axis with as many elements as there are classes, then
    /// one score if labels have two values. An output of labels in addition to scores provides the predicted class and the names of the columns. If several outputs qualify and predict differently, or if a class
    /// list would be ambiguous, the reading is refused; the message lists what was examined.</para>
    /// <para>Scores are probabilities if all scores of the sample lie between 0 and 1, otherwise logits; the threshold of a single score is 0.5 or 0 accordingly.</para>
    /// </remarks>
    /// <param name="info">The source model.</param>
    /// <param name="samples">Outputs of the source model with their labels: hundreds of rows, with every class.</param>
    /// <param name="options">What the caller specifies; null to decide everything.</param>
    /// <exception cref="EvaluationException">The outputs cannot be read unambiguously.</exception>
    public static OutputReading Decide(ModelInfo info, IReadOnlyList<ReadingSample> samples, ReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Count == 0
            ? throw new EvaluationException($"Model '{info.Name}': expected a sample of outputs with labels, got none. Run some rows first.")
            : new ReadingDecision(info, samples, options ?? new ReadingOptions()).Decide();
    }
}
