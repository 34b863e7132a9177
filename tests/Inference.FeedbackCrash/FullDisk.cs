using Inference.Feedback;
using Inference.Monitoring;

namespace Inference.FeedbackCrash;

/// <summary>Makes calls and reports with a file that cannot grow any more (the process was given a limit of the size of files), and says what became of them.</summary>
internal static class FullDisk
{
    // Far more than the limit holds.
    private const int Rounds = 3_000;
    private const int CallsOfRound = 20;

    public static async Task<int> RunAsync(string path)
    {
        await using IModelRunner runner = CrashWorker.Open(path);
        IFeedback feedback = runner.GetService<IFeedback>()!;
        int calls = 0;
        var answers = new Dictionary<FeedbackAnswer, int>();
        for (int round = 0; round < Rounds && answers.GetValueOrDefault(FeedbackAnswer.Queued) < 500; round++)
        {
            var reports = new List<FeedbackReport>();
            for (int i = 0; i < CallsOfRound; i++)
            {
                var context = new RunContext();
                using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[2], [1, 2]) };
                (await runner.RunAsync(inputs, context).ConfigureAwait(false)).Dispose();
                calls++;
                reports.Add(new FeedbackReport(context.Record.PredictionId, 1));
            }

            foreach (FeedbackAnswer answer in await feedback.ReportAsync(reports).ConfigureAwait(false))
            {
                answers[answer] = answers.GetValueOrDefault(answer) + 1;
            }
        }

        FeedbackSnapshot snapshot = runner.GetService<IFeedbackStatus>()!.Snapshot;
        int stored = 0;
        await foreach (JoinedOutcome outcome in runner.GetService<IOutcomeFeed>()!.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ConfigureAwait(false))
        {
            stored++;
        }

        Console.WriteLine($"{calls} calls answered, {answers.GetValueOrDefault(FeedbackAnswer.Accepted)} accepted, {stored} stored, {answers.GetValueOrDefault(FeedbackAnswer.Queued)} queued, {answers.Keys.Except([FeedbackAnswer.Accepted, FeedbackAnswer.Queued]).Count()} other answers, {snapshot.Store}: {snapshot.StoreError}");
        return answers.GetValueOrDefault(FeedbackAnswer.Accepted) == stored && answers.Count == 2 && snapshot.Store == FeedbackStoreState.Unavailable ? 0 : 1;
    }
}
