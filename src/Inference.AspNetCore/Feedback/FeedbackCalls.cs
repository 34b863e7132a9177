using Inference.AspNetCore.Models;
using Inference.AspNetCore.Protocol;
using Inference.Feedback;

namespace Inference.AspNetCore.Feedback;

/// <summary>Takes reports of what became of predictions.</summary>
internal static class FeedbackCalls
{
    /// <summary>Passes reports on.</summary>
    /// <exception cref="RequestFault">The model takes no feedback.</exception>
    public static ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(ServedModel model, IModelRunner runner, List<FeedbackReport> reports, CancellationToken cancellationToken) =>
        (RunnerQuestions.ServiceOf<IFeedback>(runner) ?? RunnerQuestions.ServiceOf<IFeedback>(model.Runner)) is { } feedback
            ? feedback.ReportAsync(reports, cancellationToken)
            : throw new RequestFault(FaultKind.Unimplemented, $"Model '{model.Name}' takes no feedback: its pipeline keeps no predictions.");

    /// <summary>The answer's name on the wire.</summary>
    public static string Name(FeedbackAnswer answer) => answer switch
    {
        FeedbackAnswer.Accepted => "accepted",
        FeedbackAnswer.Duplicate => "duplicate",
        FeedbackAnswer.NotSampled => "not_sampled",
        FeedbackAnswer.Unknown => "unknown",
        FeedbackAnswer.Expired => "expired",
        FeedbackAnswer.Queued => "queued",
        FeedbackAnswer.Dropped => "dropped",
        FeedbackAnswer.Invalid => "invalid",
        _ => answer.ToString().ToLowerInvariant(),
    };
}
