using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Inference.Evaluation.Reading;

/// <summary>
/// How the outputs of a model and the labels of its data are read: decided once, from the source model (<see cref="OutputReader.Decide"/>), and used for every candidate, so that nothing is guessed anew. Immutable; kept as JSON and
/// printed by <see cref="Describe"/>.
/// </summary>
public sealed record OutputReading
{
    /// <summary>What the model answers.</summary>
    public required ReadingTask Task { get; init; }

    /// <summary>The output that holds the answered label (or token id); null where the class is taken from the scores.</summary>
    public string? LabelOutput { get; init; }

    /// <summary>The output that holds scores, values or boxes; null where the model answers labels alone.</summary>
    public string? ScoreOutput { get; init; }

    /// <summary>What the scores are.</summary>
    public ScoreForm Form { get; init; }

    /// <summary>Whether <see cref="ScoreOutput"/> is a sequence of maps from class to score.</summary>
    public bool IsMap { get; init; }

    /// <summary>The axis of <see cref="ScoreOutput"/> along which classes lie, ≥ 1; null where it holds one score for two classes, or none.</summary>
    public int? ClassAxis { get; init; }

    /// <summary>The label value of each class, in order; empty for tokens and values.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>What the model calls each class (a map's key, a value of <see cref="LabelOutput"/>), in the same order.</summary>
    public IReadOnlyList<string> ModelClasses { get; init; } = [];

    /// <summary>How label values name classes.</summary>
    public required LabelCoding Coding { get; init; }

    /// <summary>Above which a single score is class 1.</summary>
    public double Threshold { get; init; }

    /// <summary>Whether the answered label was that of the best score in every row of the sample: a candidate whose two outputs contradict each other is then wrong in that row.</summary>
    public bool OutputsAgree { get; init; }

    /// <summary>The label of positions that do not count.</summary>
    public long IgnoredLabel { get; init; } = -100;

    /// <summary>Rows by which this was decided.</summary>
    public int SampleRows { get; init; }

    /// <summary>The metric that suits the task: accuracy, token_accuracy, rmse or box_iou.</summary>
    public required string Metric { get; init; }

    /// <summary>The source model's value of <see cref="Metric"/> on the sample.</summary>
    public double SampleValue { get; init; }

    /// <summary>What answering the most frequent class, or the mean, would have; NaN for boxes.</summary>
    public double ChanceValue { get; init; } = double.NaN;

    /// <summary>What was looked at and why it was read so.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What should make the reader look twice, such as a source near chance level.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>A reading as <see cref="ToJson"/> wrote it.</summary>
    /// <exception cref="EvaluationException">The text is no reading.</exception>
    public static OutputReading FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReadingJson.Default.OutputReading) ?? throw new EvaluationException("Output reading: expected an object, got null. Give what ToJson wrote.");
        }
        catch (JsonException e)
        {
            throw new EvaluationException($"Output reading: expected the JSON that ToJson wrote, got what is not: {e.Message}", e);
        }
    }

    /// <summary>The reading as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReadingJson.Default.OutputReading);

    /// <summary>The reading in a few lines of text.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"answers  {Task.ToString().ToLowerInvariant()}");
        text.Append(LabelOutput is null ? "" : $", label from '{LabelOutput}'");
        text.Append(ScoreOutput is null ? "" : $", {(Task == ReadingTask.Classes ? $"{Form.ToString().ToLowerInvariant()} of each class" : "numbers")} from '{ScoreOutput}'{(IsMap ? " (maps)" : "")}");
        text.Append(Task == ReadingTask.Classes && ClassAxis is null && ScoreOutput is not null ? string.Create(CultureInfo.InvariantCulture, $", class 1 above {Threshold}") : "").AppendLine();
        if (Classes.Count > 0)
        {
            string[] named = [.. Classes.Zip(ModelClasses).Take(12).Select(static pair => pair.First == pair.Second ? pair.First : $"{pair.Second} = {pair.First}")];
            text.Append(CultureInfo.InvariantCulture, $"classes  {Classes.Count}: {string.Join(", ", named)}{(Classes.Count > named.Length ? ", …" : "")}; labels {Coding}").AppendLine();
        }

        text.Append(CultureInfo.InvariantCulture, $"sample   {SampleRows} rows: {Metric} {SampleValue:G6}{(double.IsNaN(ChanceValue) ? "" : string.Create(CultureInfo.InvariantCulture, $", without looking {ChanceValue:G6}"))}").AppendLine();
        foreach (string note in Notes)
        {
            text.Append("note     ").AppendLine(note);
        }

        foreach (string warning in Warnings)
        {
            text.Append("warning  ").AppendLine(warning);
        }

        return text.ToString();
    }

    /// <summary>Reads rows of this model or of a candidate.</summary>
    /// <param name="outputs">What it answered.</param>
    /// <param name="labels">The labels of these rows.</param>
    /// <exception cref="EvaluationException">An output is missing or of another form than was decided, or there are not as many labels.</exception>
    public EvaluationRows Read(NamedValues outputs, TensorValue labels)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(labels);
        return new RowReader(this).Read(outputs, labels);
    }
}
