using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Inference.Evaluation.Reading;

/// <summary>
/// Describes how the outputs of a model and the labels of its data are read: decided once, from the source model (<see cref="OutputReader.Decide"/>), and used for every candidate, so that all are read alike. Immutable; serialized as JSON and
/// formatted by <see cref="Describe"/>.
/// </summary>
public sealed record OutputReading
{
    /// <summary>What the model predicts.</summary>
    public required ReadingTask Task { get; init; }

    /// <summary>The output that holds the predicted label (or token id); null if the class is taken from the scores.</summary>
    public string? LabelOutput { get; init; }

    /// <summary>The output that holds scores, values or boxes; null if the model returns labels only.</summary>
    public string? ScoreOutput { get; init; }

    /// <summary>The form of the scores.</summary>
    public ScoreForm Form { get; init; }

    /// <summary>Whether <see cref="ScoreOutput"/> is a sequence of maps from class to score.</summary>
    public bool IsMap { get; init; }

    /// <summary>The class axis of <see cref="ScoreOutput"/>, ≥ 1; null if it holds one score for two classes, or none.</summary>
    public int? ClassAxis { get; init; }

    /// <summary>The label value of each class, in order; empty for tokens and values.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The model's name of each class (a map's key, a value of <see cref="LabelOutput"/>), in the same order.</summary>
    public IReadOnlyList<string> ModelClasses { get; init; } = [];

    /// <summary>How label values identify classes.</summary>
    public required LabelCoding Coding { get; init; }

    /// <summary>The threshold above which a single score is class 1.</summary>
    public double Threshold { get; init; }

    /// <summary>Whether the predicted label was that of the highest score in every row of the sample: a candidate whose two outputs contradict each other in a row is then wrong in that row.</summary>
    public bool OutputsAgree { get; init; }

    /// <summary>The label of positions that are not counted.</summary>
    public long IgnoredLabel { get; init; } = -100;

    /// <summary>The number of rows of the sample.</summary>
    public int SampleRows { get; init; }

    /// <summary>The default metric of the task: accuracy, token_accuracy, rmse or box_iou.</summary>
    public required string Metric { get; init; }

    /// <summary>The source model's value of <see cref="Metric"/> on the sample.</summary>
    public double SampleValue { get; init; }

    /// <summary>The value of always predicting the most frequent class, or the mean; NaN for boxes.</summary>
    public double ChanceValue { get; init; } = double.NaN;

    /// <summary>What was examined, and the reasons for the decision.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Findings that call for a check, such as a source model near chance level.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Parses a reading written by <see cref="ToJson"/>.</summary>
    /// <exception cref="EvaluationException">The text is not a serialized reading.</exception>
    public static OutputReading FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReadingJson.Default.OutputReading) ?? throw new EvaluationException("Output reading: expected an object, got null. Pass text written by ToJson.");
        }
        catch (JsonException e)
        {
            throw new EvaluationException($"Output reading: expected JSON written by ToJson, got other text: {e.Message}", e);
        }
    }

    /// <summary>Serializes the reading as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReadingJson.Default.OutputReading);

    /// <summary>Formats the reading as a few lines of text.</summary>
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

        text.Append(CultureInfo.InvariantCulture, $"sample   {SampleRows} rows: {Metric} {SampleValue:G6}{(double.IsNaN(ChanceValue) ? "" : string.Create(CultureInfo.InvariantCulture, $", chance level {ChanceValue:G6}"))}").AppendLine();
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

    /// <summary>Reads rows of the source model or of a candidate.</summary>
    /// <param name="outputs">The model's outputs.</param>
    /// <param name="labels">The labels of these rows.</param>
    /// <exception cref="EvaluationException">An output is missing or has another form than the reading states, or the number of labels differs.</exception>
    public EvaluationRows Read(NamedValues outputs, TensorValue labels)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(labels);
        return new RowReader(this).Read(outputs, labels);
    }

    /// <inheritdoc/>
    public bool Equals(OutputReading? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
