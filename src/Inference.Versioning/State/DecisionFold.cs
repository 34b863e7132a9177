using System.Globalization;
using Inference.Decisions;
using Inference.Versioning.Folders;

namespace Inference.Versioning.State;

/// <summary>Computes the state after a decision. Pure and total: a record with an unknown action or missing facts has no effect.</summary>
internal static class DecisionFold
{
    public static RepositoryState Apply(RepositoryState state, Decision decision)
    {
        if (decision.Action == DecisionActions.Checkpoint)
        {
            return decision.Facts.TryGetValue(DecisionFacts.State, out string? text) && StateJson.TryParseState(text) is { } known ? known : state;
        }

        if (decision.Facts.TryGetValue(DecisionFacts.Options, out string? options))
        {
            state = state with { Options = options };
        }

        return !VersionName.IsValid(decision.Version) ? state : decision.Action switch
        {
            DecisionActions.Default => Adopt(state, decision),
            DecisionActions.Promote => BeginEpoch(Promote(state, decision), decision),
            DecisionActions.Rollback => BeginEpoch(RollBack(state, decision), decision),
            DecisionActions.Canary => StartCanary(state, decision),
            DecisionActions.Label => Label(state, decision),
            DecisionActions.Refused => state with { Refused = Noted(state.Refused, decision.Version, decision.Facts.GetValueOrDefault(DecisionFacts.Stamp, "")) },
            DecisionActions.Load => Load(state, decision),
            _ => state,
        };
    }

    public static RepositoryState Apply(RepositoryState state, IEnumerable<Decision> decisions) => decisions.Aggregate(state, Apply);

    private static RepositoryState Adopt(RepositoryState state, Decision decision) => WithSignature(
        state.Default == decision.Version ? state : BeginEpoch(
            state with
            {
                Default = decision.Version,
                Decided = false,
                Ceiling = null,
                Previous = Push(state.Previous, state.Default, decision.Version),
                PolicyCanary = null,
            },
            decision),
        decision);

    // A decision that is not written yet has no sequence number.
    private static RepositoryState BeginEpoch(RepositoryState state, Decision decision) => state with { Epoch = Math.Max(state.Epoch, decision.Sequence) };

    // Only a person can clear a rejection: a version that was rolled back during its trial stays rejected.
    private static RepositoryState Promote(RepositoryState state, Decision decision) => Decide(state, decision, decision.Version) with
    {
        // A rollback returns to the version that served, not to a selected version that did not load, unless the serving one is promoted.
        Previous = Push(state.Previous, decision.From is null || decision.From == decision.Version ? state.Default : decision.From, decision.Version),
        Rejected = DecisionActors.IsAutomatic(decision.Actor) ? state.Rejected : Without(state.Rejected, decision.Version),
    };

    private static RepositoryState RollBack(RepositoryState state, Decision decision)
    {
        RepositoryState next = state with
        {
            Rejected = With(Forget(state.Rejected, decision), decision.Version, decision.Facts.GetValueOrDefault(DecisionFacts.Stamp, "")),
            Canary = state.Canary == decision.Version ? null : state.Canary,
            PolicyCanary = state.PolicyCanary == decision.Version ? null : state.PolicyCanary,
        };
        return decision.Facts.TryGetValue(DecisionFacts.Back, out string? back) && VersionName.IsValid(back) && back != decision.Version
            ? Decide(next, decision, back) with { Previous = [.. state.Previous.TakeWhile(v => v != back).Where(v => v != decision.Version)] }
            : next;
    }

    private static RepositoryState StartCanary(RepositoryState state, Decision decision)
    {
        if (decision.Actor == DecisionActors.Policy)
        {
            return state with { PolicyCanary = decision.Version };
        }

        return double.TryParse(decision.Facts.GetValueOrDefault(DecisionFacts.Percent), NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100
            ? state with { Canary = decision.Version, CanaryPercent = percent }
            : state;
    }

    private static RepositoryState Label(RepositoryState state, Decision decision) =>
        decision.Facts.TryGetValue(DecisionFacts.Label, out string? label) && label.Length > 0
            ? state with { Labels = With(Forget(state.Labels, decision), label, decision.Version) }
            : state;

    private static RepositoryState Load(RepositoryState state, Decision decision)
    {
        RepositoryState next = state with { Loaded = Noted(state.Loaded, decision.Version, decision.Facts.GetValueOrDefault(DecisionFacts.Stamp, "")) };
        return decision.Facts.TryGetValue(DecisionFacts.SignedAt, out string? time) && string.CompareOrdinal(time, state.SignedAt.GetValueOrDefault(decision.Version)) > 0
            ? next with { SignedAt = Noted(state.SignedAt, decision.Version, time) }
            : next;
    }

    // The oldest versions are dropped first.
    private static Dictionary<string, string> Noted(IReadOnlyDictionary<string, string> map, string version, string value)
    {
        Dictionary<string, string> noted = With(map, version, value);
        foreach (string first in noted.Keys.Where(v => v != version).Order(VersionName.Order).Take(noted.Count - RepositoryState.MostNames).ToList())
        {
            noted.Remove(first);
        }

        return noted;
    }

    private static RepositoryState Decide(RepositoryState state, Decision decision, string version)
    {
        RepositoryState next = state with
        {
            Default = version,
            Decided = true,
            Ceiling = decision.Facts.GetValueOrDefault(DecisionFacts.Ceiling, version),
            PinnedThen = decision.Facts.GetValueOrDefault(DecisionFacts.Pinned),
            Canary = null,
            PolicyCanary = null,
        };
        return WithSignature(decision.Facts.TryGetValue(DecisionFacts.Label, out string? label) && label.Length > 0 ? next with { Labels = With(state.Labels, label, version) } : next, decision);
    }

    private static RepositoryState WithSignature(RepositoryState state, Decision decision) =>
        decision.Facts.TryGetValue(DecisionFacts.Signature, out string? text) && StateJson.TryParseSignature(text) is { } signature ? state with { Signature = signature } : state;

    private static IReadOnlyList<string> Push(IReadOnlyList<string> previous, string? from, string version)
    {
        IEnumerable<string> others = previous.Where(v => v != from && v != version);
        return from is null || from == version ? [.. others] : [.. others.TakeLast(RepositoryState.MostPrevious - 1), from];
    }

    private static IReadOnlyDictionary<string, string> Forget(IReadOnlyDictionary<string, string> map, Decision decision)
    {
        if (!decision.Facts.TryGetValue(DecisionFacts.Forget, out string? names))
        {
            return map;
        }

        var copy = new Dictionary<string, string>(map, StringComparer.Ordinal);
        foreach (string name in names.Split('\n'))
        {
            copy.Remove(name);
        }

        return copy;
    }

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> map, string key, string value) => new(map, StringComparer.Ordinal) { [key] = value };

    private static Dictionary<string, string> Without(IReadOnlyDictionary<string, string> map, string key)
    {
        var copy = new Dictionary<string, string>(map, StringComparer.Ordinal);
        copy.Remove(key);
        return copy;
    }
}
