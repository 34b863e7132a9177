using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>Reports that one caller waits for. Thread-safe.</summary>
internal sealed class ReportGroup(int count)
{
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = count;

    /// <summary>The answers; complete when <see cref="Answered"/> is.</summary>
    public FeedbackAnswer[] Answers { get; } = new FeedbackAnswer[count];

    public Task Answered => Answers.Length == 0 ? Task.CompletedTask : _answered.Task;

    /// <summary>Sets an answer, once.</summary>
    public void Answer(int place, FeedbackAnswer answer)
    {
        Answers[place] = answer;
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _answered.SetResult();
        }
    }
}
