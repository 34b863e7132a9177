using System.Globalization;
using Inference.Decisions;

namespace Inference.Versioning.State;

/// <summary>A decision that was made while the log could not be written.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Before">The state in which it was made.</param>
internal sealed record UnwrittenDecision(Decision Decision, RepositoryState Before)
{
    /// <summary>Returns the decision to be written; null if it no longer applies. Written decisions take precedence: a default chosen by another process in the meantime is kept. The rejection of a version is always
    /// written.</summary>
    /// <param name="state">The state after the log.</param>
    /// <param name="now">The time.</param>
    public Decision? Rebase(RepositoryState state, DateTimeOffset now)
    {
        string stamp = Decision.Facts.GetValueOrDefault(DecisionFacts.Stamp, "");
        bool isStill = state.Default == Before.Default;
        switch (Decision.Action)
        {
            case DecisionActions.Default or DecisionActions.Promote:
                bool wasRejected = state.IsRejected(Decision.Version, stamp) && !Before.IsRejected(Decision.Version, stamp);
                return isStill && !wasRejected ? Late(Decision, Decision.Facts, now) : null;
            case DecisionActions.Rollback when isStill && Decision.Facts.TryGetValue(DecisionFacts.Back, out string? back) && !(state.Rejected.ContainsKey(back) && !Before.Rejected.ContainsKey(back)):
                return Late(Decision, Decision.Facts, now);
            case DecisionActions.Rollback:
                bool isDone = state.IsRejected(Decision.Version, stamp) && state.Canary != Decision.Version;
                return isDone ? null : Late(Decision, Decision.Facts.Where(static f => f.Key is DecisionFacts.Stamp or DecisionFacts.Forget), now);
            default:
                return null;
        }
    }

    private static Decision Late(Decision decision, IEnumerable<KeyValuePair<string, string>> facts, DateTimeOffset now) => new()
    {
        At = decision.At,
        Action = decision.Action,
        Version = decision.Version,
        From = decision.From,
        Actor = decision.Actor,
        Reason = decision.Reason,
        Facts = new Dictionary<string, string>(facts) { [DecisionFacts.Written] = now.ToString("o", CultureInfo.InvariantCulture) },
    };
}
