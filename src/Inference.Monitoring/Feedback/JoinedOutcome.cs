using Inference.Feedback;

namespace Inference.Monitoring;

/// <summary>A report together with the prediction that it is about.</summary>
/// <param name="Prediction">The prediction.</param>
/// <param name="Row">The row of the call, from 0.</param>
/// <param name="Name">What is reported, such as <c>label</c>.</param>
/// <param name="Value">The label or outcome.</param>
/// <param name="ReportedAt">When it became known.</param>
/// <param name="Replaced">The value that it corrects, which was delivered before; null if it is the first.</param>
public readonly record struct JoinedOutcome(KeptPrediction Prediction, int Row, string Name, FeedbackValue Value, DateTimeOffset ReportedAt, FeedbackValue? Replaced = null)
{
    /// <summary>The call's id.</summary>
    public Guid PredictionId => Prediction.Id;

    /// <summary>The version that served the call.</summary>
    public string ModelVersion => Prediction.ModelVersion;

    /// <summary>The arm of the trial that the call was assigned to; null for none.</summary>
    public RunArm? Arm => Prediction.Arm;

    /// <summary>When the call was answered.</summary>
    public DateTimeOffset PredictedAt => Prediction.At;

    /// <summary>The score; NaN if none is kept.</summary>
    public double Score => Prediction.Score(Row);

    /// <summary>The value of a kept column; null if it is not kept.</summary>
    /// <param name="name">The column.</param>
    public FeedbackValue? Column(string name) => Prediction.Column(Row, name);
}
