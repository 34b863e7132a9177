using Inference.Feedback;
using Inference.Orleans.Balancing;
using Inference.Orleans.Payloads;

namespace Inference.Orleans.Feedback;

/// <summary>
/// Reports for the predictions of a model of a cluster. A report is sent to one replica after the other until one knows the prediction: with a store that silos share, the first does. Reports are counted once however often they are sent,
/// so that one without an answer may be repeated. Thread-safe.
/// </summary>
internal sealed class ClusterFeedback(string name, ReplicaSet replicas, ClusterModelOptions options, TimeProvider clock) : IFeedback
{
    public string ModelName => name;

    public async ValueTask<FeedbackAnswer> ReportAsync(FeedbackReport report, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return (await ReportAsync([report], cancellationToken).ConfigureAwait(false))[0];
    }

    /// <exception cref="ClusterModelException">A replica did not answer, and none of the others knows the prediction.</exception>
    public async ValueTask<IReadOnlyList<FeedbackAnswer>> ReportAsync(IReadOnlyList<FeedbackReport> reports, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reports);
        FeedbackItem[] items = [.. reports.Select(static r => FeedbackItem.Of(r ?? throw new ArgumentException("Expected reports, got null among them.", nameof(reports))))];
        var answers = new FeedbackAnswer[items.Length];
        List<int> open = [.. Enumerable.Range(0, items.Length)];
        Exception? failure = null;
        for (int number = 0; open.Count > 0 && number < replicas.Count; number++)
        {
            try
            {
                FeedbackReply reply = await replicas[number].Grain.ReportAsync([.. open.Select(i => items[i])]).WaitAsync(options.Timeout, clock, cancellationToken).ConfigureAwait(false);
                if (reply.Fault is { } fault)
                {
                    throw fault.ToException();
                }

                if (reply.Answers.Length != open.Count)
                {
                    throw new InferenceException($"Model '{name}': expected {open.Count} answers from replica {number}, got {reply.Answers.Length}. Run the same version of Inference.Orleans everywhere.");
                }

                for (int i = 0; i < open.Count; i++)
                {
                    answers[open[i]] = reply.Answers[i];
                }

                open.RemoveAll(i => answers[i] != FeedbackAnswer.Unknown);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                failure = exception;
            }
        }

        return open.Count == 0 || failure is null
            ? answers
            : throw new ClusterModelException(
                $"Model '{name}': expected answers to {reports.Count} reports, got none to {open.Count}: a replica did not answer ({failure.GetType().Name}: {failure.Message}), and no other knows the predictions. Repeat the reports: none is counted twice.",
                failure);
    }
}
