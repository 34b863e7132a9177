using Inference.Decisions;

namespace Inference.Versioning.State;

/// <summary>Creates records that contain the state, so that earlier records need not be read.</summary>
internal static class Checkpoints
{
    public static Decision Of(RepositoryState state, TimeProvider clock, string reason) => new()
    {
        At = clock.GetUtcNow(),
        Action = DecisionActions.Checkpoint,
        Version = "",
        Actor = DecisionActors.Store,
        Reason = reason,
        Facts = new Dictionary<string, string> { [DecisionFacts.State] = StateJson.Text(state) },
    };
}
