using Inference.Feedback;
using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>A silo's answers to reports. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.FeedbackReply")]
internal sealed class FeedbackReply
{
    /// <summary>An answer for each report; empty if there is a fault.</summary>
    [Id(0)]
    public FeedbackAnswer[] Answers { get; set; } = [];

    /// <summary>Why there are no answers; null if there are.</summary>
    [Id(1)]
    public CallFault? Fault { get; set; }
}
