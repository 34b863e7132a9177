using Inference.Decisions;
using Inference.Status;

namespace Inference.Dashboard.Tests.Demo;

/// <summary>Versions in memory, with a real chain of decisions.</summary>
internal sealed class DemoVersions(string model, params ModelVersionStatus[] versions) : IModelVersions
{
    private readonly Lock _lock = new();
    private readonly List<ModelVersionStatus> _versions = [.. versions];
    private readonly List<Decision> _decisions = [];

    public string ModelName { get; } = model;

    public string DefaultVersion => Versions.First(v => v.State == ModelVersionState.Default).Version;

    public IReadOnlyList<ModelVersionStatus> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _versions];
            }
        }
    }

    public CanaryStatus? Canary { get; set; }

    public ShadowReport? Shadow { get; set; }

    public IReadOnlyList<Decision> Decisions
    {
        get
        {
            lock (_lock)
            {
                return [.. _decisions];
            }
        }
    }

    public ValueTask<IReadOnlyList<Decision>> ReadAuditAsync(CancellationToken cancellationToken = default) => new(Decisions);

    public ValueTask PromoteAsync(string version, string actor, string reason, CancellationToken cancellationToken = default)
    {
        DecisionActors.Require(actor);
        string from = DefaultVersion;
        Move(from, ModelVersionState.Standby);
        Move(version, ModelVersionState.Default);
        Canary = null;
        Decide(DecisionActions.Promote, version, from, actor, reason);
        return default;
    }

    public ValueTask<string> RollbackAsync(string actor, string reason, CancellationToken cancellationToken = default)
    {
        DecisionActors.Require(actor);
        if (Canary is { } canary)
        {
            Canary = null;
            Move(canary.Version, ModelVersionState.Rejected, $"rolled back by {actor}: {reason}");
            Decide(DecisionActions.Rollback, canary.Version, null, actor, reason);
            return new(canary.Version);
        }

        string bad = DefaultVersion;
        if (Versions.FirstOrDefault(v => v.State == ModelVersionState.Standby) is not { } back)
        {
            throw new InferenceException($"Model '{ModelName}': there is no version to roll back to.");
        }

        Move(bad, ModelVersionState.Rejected, $"rolled back by {actor}: {reason}");
        Move(back.Version, ModelVersionState.Default);
        Decide(DecisionActions.Rollback, bad, null, actor, reason, ("back", back.Version));
        return new(bad);
    }

    public ValueTask StartCanaryAsync(string version, double percent, string actor, string reason, CancellationToken cancellationToken = default)
    {
        DecisionActors.Require(actor);
        Move(version, ModelVersionState.Canary);
        Canary = Canary?.Version == version ? With(Canary, percent) : new CanaryStatus
        {
            Version = version,
            Percent = percent,
            Calls = 0,
            Errors = 0,
            ControlCalls = 0,
            ControlErrors = 0,
            ErrorEvidence = 1,
            LatencyEvidence = 1,
            MetricEvidence = 1,
            Evidence = 1,
            Limit = 1000,
        };
        Decide(DecisionActions.Canary, version, null, actor, reason, ("percent", $"{percent}"));
        return default;
    }

    public ValueTask SetLabelAsync(string label, string version, string actor, string reason, CancellationToken cancellationToken = default)
    {
        DecisionActors.Require(actor);
        lock (_lock)
        {
            for (int i = 0; i < _versions.Count; i++)
            {
                List<string> labels = [.. _versions[i].Labels.Where(l => l != label)];
                if (_versions[i].Version == version)
                {
                    labels.Add(label);
                }

                _versions[i] = With(_versions[i], _versions[i].State, labels, _versions[i].Error);
            }
        }

        Decide(DecisionActions.Label, version, null, actor, reason, ("label", label));
        return default;
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken = default) => default;

    public void ReportMetric(string version, double value)
    {
    }

    /// <summary>Adds a decision to the log.</summary>
    public void Decide(string action, string version, string? from, string actor, string reason, DateTimeOffset at, params (string Name, string Value)[] facts)
    {
        lock (_lock)
        {
            _decisions.Add(new Decision
            {
                At = at,
                Action = action,
                Version = version,
                From = from,
                Actor = actor,
                Reason = reason,
                Facts = facts.ToDictionary(f => f.Name, f => f.Value),
            }.After(_decisions.Count > 0 ? _decisions[^1] : null));
        }
    }

    /// <summary>Changes the first record behind the chain's back.</summary>
    public void Tamper()
    {
        lock (_lock)
        {
            Decision first = _decisions[0];
            _decisions[0] = new Decision { Sequence = first.Sequence, At = first.At, Action = first.Action, Version = first.Version, From = first.From, Actor = "somebody else", Reason = first.Reason, Facts = first.Facts, Previous = first.Previous, Hash = first.Hash };
        }
    }

    private void Decide(string action, string version, string? from, string actor, string reason, params (string Name, string Value)[] facts) =>
        Decide(action, version, from, actor, reason, DateTimeOffset.UtcNow, facts);

    private void Move(string version, ModelVersionState state, string? error = null)
    {
        lock (_lock)
        {
            int index = _versions.FindIndex(v => v.Version == version);
            if (index < 0)
            {
                throw new InferenceException($"Model '{ModelName}' has no version '{version}'.");
            }

            _versions[index] = With(_versions[index], state, _versions[index].Labels, error);
        }
    }

    private static ModelVersionStatus With(ModelVersionStatus version, ModelVersionState state, IReadOnlyList<string> labels, string? error) => new()
    {
        Version = version.Version,
        State = state,
        Labels = labels,
        Digest = version.Digest,
        Bytes = version.Bytes,
        CallsInFlight = version.CallsInFlight,
        Calls = version.Calls,
        Error = error,
        Lineage = version.Lineage,
    };

    private static CanaryStatus With(CanaryStatus canary, double percent) => new()
    {
        Version = canary.Version,
        Percent = percent,
        Calls = canary.Calls,
        Errors = canary.Errors,
        ControlCalls = canary.ControlCalls,
        ControlErrors = canary.ControlErrors,
        ErrorEvidence = canary.ErrorEvidence,
        LatencyEvidence = canary.LatencyEvidence,
        MetricEvidence = canary.MetricEvidence,
        OutcomeEvidence = canary.OutcomeEvidence,
        CostEvidence = canary.CostEvidence,
        Outcomes = canary.Outcomes,
        Evidence = canary.Evidence,
        Limit = canary.Limit,
    };
}
