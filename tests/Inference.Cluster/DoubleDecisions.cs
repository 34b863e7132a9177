using Inference.Decisions;

namespace Inference.Cluster;

/// <summary>Counts decisions that were made twice: two records in one place of the log, or a second rollback of a trial that had ended.</summary>
internal static class DoubleDecisions
{
    public static int Count(IReadOnlyList<Decision> log)
    {
        int doubles = 0;
        bool isOnTrial = false;
        for (int i = 0; i < log.Count; i++)
        {
            Decision record = log[i];
            doubles += i > 0 && Decision.WhyNotAfter(log[i - 1], record) is not null ? 1 : 0;
            switch (record.Action)
            {
                case DecisionActions.Canary:
                    isOnTrial = true;
                    break;
                case DecisionActions.Rollback:
                    doubles += isOnTrial ? 0 : 1;
                    isOnTrial = false;
                    break;
                case DecisionActions.Checkpoint:
                    // The log was lost and begins again with a state that may have a trial.
                    isOnTrial = true;
                    break;
            }
        }

        return doubles;
    }
}
