namespace Inference.Feedback;

/// <summary>A label or an outcome of a prediction. Reports are identified by prediction, row and name: a repeated one is never counted twice.</summary>
/// <param name="PredictionId">The call: <see cref="RunRecord.PredictionId"/>.</param>
/// <param name="Value">The label or outcome.</param>
public sealed record FeedbackReport(Guid PredictionId, FeedbackValue Value)
{
    /// <summary>The name of a label, unless another one is given.</summary>
    public const string Label = "label";

    /// <summary>The largest length of a name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>What is reported, such as <c>label</c>, <c>clicked</c>, <c>revenue</c>: 1 to <see cref="MaxNameLength"/> characters. The default is <see cref="Label"/>.</summary>
    public string Name { get; init; } = Label;

    /// <summary>The row of the call, from 0; the default is 0.</summary>
    public int Row { get; init; }

    /// <summary>When it became known; null, the default: when it is received.</summary>
    public DateTimeOffset? At { get; init; }
}
