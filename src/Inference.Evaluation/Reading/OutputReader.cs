namespace Inference.Evaluation.Reading;

/// <summary>Decides how a model's outputs and its labels are read. Thread-safe.</summary>
public static class OutputReader
{
    /// <summary>Decides once, from the source model.</summary>
    /// <remarks>
    /// <para>Outputs that have a row for each label are looked at. Those that can hold the labels' classes are preferred to those of numbers: a sequence of maps, then scores along an axis of as many elements as there are classes, then
    /// one score where labels have two values. An output of labels beside scores gives the answered class, and the columns their names. Several outputs that could be meant and answer differently are refused, and so is a class
    /// list that would be a guess; the message says what was looked at.</para>
    /// <para>Scores are probabilities where all of the sample lie from 0 to 1, else logits; the threshold of a single score follows: 0.5 or 0.</para>
    /// </remarks>
    /// <param name="info">The source model.</param>
    /// <param name="samples">Some of its outputs with their labels: hundreds of rows, of every class.</param>
    /// <param name="options">What the caller knows.</param>
    /// <exception cref="EvaluationException">It cannot be read without a guess.</exception>
    public static OutputReading Decide(ModelInfo info, IReadOnlyList<ReadingSample> samples, ReadingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Count == 0
            ? throw new EvaluationException($"Model '{info.Name}': expected a sample of outputs with labels, got none. Run some rows first.")
            : new ReadingDecision(info, samples, options ?? new ReadingOptions()).Decide();
    }
}
