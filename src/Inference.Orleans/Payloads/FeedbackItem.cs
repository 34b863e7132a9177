using Inference.Feedback;
using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary><see cref="FeedbackReport"/> between processes. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.FeedbackItem")]
internal sealed class FeedbackItem
{
    [Id(0)]
    public Guid PredictionId { get; set; }

    [Id(1)]
    public double Number { get; set; }

    /// <summary>The text; null if the value is a number.</summary>
    [Id(2)]
    public string? Text { get; set; }

    [Id(3)]
    public string Name { get; set; } = "";

    [Id(4)]
    public int Row { get; set; }

    [Id(5)]
    public DateTimeOffset? At { get; set; }

    public static FeedbackItem Of(FeedbackReport report) => new() { PredictionId = report.PredictionId, Number = report.Value.Number, Text = report.Value.Text, Name = report.Name, Row = report.Row, At = report.At };

    /// <exception cref="ArgumentException">The text is too long.</exception>
    public FeedbackReport ToReport() => new(PredictionId, Text is null ? Number : Text) { Name = Name, Row = Row, At = At };
}
