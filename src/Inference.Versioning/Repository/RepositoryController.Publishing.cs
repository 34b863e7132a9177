using System.Collections.Frozen;
using System.Globalization;
using Inference.Decisions;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Routing;
using Inference.Versioning.Shadow;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    // The description is one line of a health report.
    private const int MostToldAside = 5;

    private Tuple<ModelState, string> Judge(IReadOnlyList<string> candidates, VersionSlot chosen)
    {
        string? best = candidates.Count > 0 ? candidates[0] : null;
        if (best is not null && _failed.TryGetValue(best, out FailedLoad? failed) && _folders.Any(f => f.Version == best && f.Stamp == failed.Stamp))
        {
            return Tuple.Create(ModelState.Degraded, $"Version '{chosen.Version}' serves; version '{best}' was refused at gate {failed.Gate}: {failed.Message}");
        }

        string refused = string.Join(", ", _failed.Where(f => _folders.Any(d => d.Version == f.Key && d.Stamp == f.Value.Stamp)).Select(f => $"'{f.Key}' ({f.Value.Gate})"));
        return best is not null && best != chosen.Version
            ? Tuple.Create(ModelState.Degraded, $"Version '{chosen.Version}' serves; the selected version '{best}' is not in the repository.")
            : Tuple.Create(ModelState.Ready, $"Version '{chosen.Version}' serves.{(refused.Length > 0 ? $" Refused: {refused}." : "")}");
    }

    private string? DescribeSetAside()
    {
        IReadOnlyDictionary<string, string> aside = _scanner.SetAside;
        return aside.Count == 0 ? null : $"Ignored: {string.Join(" ", aside.OrderBy(a => a.Key, StringComparer.Ordinal).Take(MostToldAside).Select(a => $"version '{a.Key}': {a.Value}"))}";
    }

    private ModelLoadException NothingServes(IReadOnlyList<string> candidates)
    {
        string reasons = string.Join(" ", candidates.Select(v => _failed.TryGetValue(v, out FailedLoad? f) ? f.Message : $"Version '{v}' is not in the repository."));
        return new ModelLoadException($"Model '{ModelName}', repository '{_setup.Root}': expected a version that passes its gates under policy {Options.Policy}, got none of {_folders.Count}. "
            + (reasons.Length > 0 ? reasons : $"Publish one as '<version>/{VersionFolder.ModelFile}'."),
            candidates.Select(v => _failed.GetValueOrDefault(v)?.Cause).FirstOrDefault(e => e is not null));
    }

    /// <summary>Records that the policy selected another default, once for all processes that share the log.</summary>
    /// <returns>False if another decision was made first.</returns>
    private ValueTask<bool> AdoptAsync(VersionSlot chosen, IReadOnlyList<string> candidates, CancellationToken cancellationToken)
    {
        RepositoryState state = _log.Current;
        if (chosen == _default || IsStandIn(chosen.Version, candidates))
        {
            return ValueTask.FromResult(true);
        }

        Decision decision = Draft().Adopt(chosen, _default?.Version ?? state.Default);
        return state.Default == chosen.Version && !decision.Facts.ContainsKey(DecisionFacts.Signature)
            ? ValueTask.FromResult(true)
            : _log.TryAppendAsync(decision, holdsUnwritten: true, cancellationToken);
    }

    // The decision is kept if the selected version did not load.
    private bool IsStandIn(string version, IReadOnlyList<string> candidates) =>
        _log.Current.Default is { } wanted && wanted != version && Rank(candidates, version) > Rank(candidates, wanted);

    private void SetDefault(VersionSlot chosen, IReadOnlyList<string> candidates)
    {
        if (chosen == _default)
        {
            return;
        }

        string? from = _default?.Version;
        _default = chosen;
        if (IsStandIn(chosen.Version, candidates))
        {
            VersioningLog.StandsIn(_setup.Logger, ModelName, chosen.Version, _log.Current.Default!);
        }

        Decision? why = _log.LastAfter(0, d => d.Action is DecisionActions.Default or DecisionActions.Promote ? d.Version == chosen.Version : d.Facts.GetValueOrDefault(DecisionFacts.Back) == chosen.Version);
        VersioningLog.DefaultChanged(_setup.Logger, ModelName, chosen.Version, from, why?.Actor ?? DecisionActors.Policy, why?.Reason ?? $"policy {Options.Policy}");
        if (why?.Action is null or DecisionActions.Default)
        {
            _instruments.Change(chosen.Version, "default");
        }

        DefaultChanged?.Invoke();
    }

    private static int Rank(IReadOnlyList<string> candidates, string version)
    {
        for (int i = 0; i < candidates.Count; i++)
        {
            if (candidates[i] == version)
            {
                return i;
            }
        }

        return int.MaxValue;
    }

    /// <summary>Records that the policy put a version on trial, once for all processes that share the log.</summary>
    /// <returns>False if another decision was made first.</returns>
    private async ValueTask<bool> NoteCanaryAsync(VersionSlot slot, VersioningOptions options, CancellationToken cancellationToken)
    {
        RepositoryState state = _log.Current;
        if (state.Canary is not null || state.PolicyCanary == slot.Version)
        {
            return true;
        }

        double percent = options.Canary.Percent;
        Decision decision = Draft().StartCanary(slot.Folder, percent, DecisionActors.Policy, string.Create(CultureInfo.InvariantCulture, $"{percent} percent of the calls"));
        try
        {
            bool isNoted = await _log.TryAppendAsync(decision, holdsUnwritten: false, cancellationToken).ConfigureAwait(false);
            if (isNoted)
            {
                _instruments.Change(slot.Version, "canary");
            }

            return isNoted;
        }
        catch (DecisionStoreException)
        {
            // The trial follows from the policy without the record; the status reports that nothing can be written.
            return true;
        }
    }

    private void SetCanary(VersionSlot? slot, VersioningOptions options)
    {
        if (slot is null)
        {
            _trial?.Stop();
            _trial = null;
            return;
        }

        long epoch = _log.Current.Epoch;
        if (_trial is { IsStopped: true } alarmed && alarmed.Slot == slot && alarmed.Epoch == epoch)
        {
            // The alarm was raised and its rollback waits for the gate: no second trial in the meantime.
            return;
        }

        double percent = _log.Current.Canary is not null ? _log.Current.CanaryPercent : options.Canary.Percent;
        if (_trial is { IsStopped: false } trial && trial.Slot == slot && trial.Epoch == epoch && trial.Options.FalseAlarmProbability == options.Canary.FalseAlarmProbability && trial.Options.AutomaticRollback == options.Canary.AutomaticRollback)
        {
            trial.Percent = percent;
            return;
        }

        string salt = options.Canary.Salt ?? $"{ModelName}/{slot.Version}";
        CanaryWarmup? warmup = options.Canary.ShadowWarmupCalls > 0 ? new CanaryWarmup(slot, options.Canary.ShadowWarmupCalls, options.Shadow, _instruments, _setup.Clock) : null;
        _trial?.Stop();
        _trial = new CanaryTrial(slot, options.Canary, percent, salt, OnAlarm, OnPassed, log10 => _instruments.Evidence(slot.Version, log10), warmup, _setup.Clock)
        {
            Epoch = epoch,
        };
        _trial.Judge(_setup.Outcomes, ModelName);
        VersioningLog.CanaryStarted(_setup.Logger, ModelName, slot.Version, percent);
    }

    private void Publish(VersioningOptions options)
    {
        RepositoryState state = _log.Current;
        VersionSlot current = _default!;
        IReadOnlyDictionary<string, string> labels = VersionPlanner.Labels(options, state, _folders);
        var names = new Dictionary<string, VersionSlot>(StringComparer.Ordinal);
        foreach ((string version, VersionSlot slot) in _slots)
        {
            names[version] = slot;
        }

        foreach ((string label, string version) in labels)
        {
            if (_slots.TryGetValue(version, out VersionSlot? slot))
            {
                names[label] = slot;
            }
        }

        var variants = new List<(VersionSlot, double)>();
        double upTo = 0;
        foreach (VariantOptions variant in options.Variants)
        {
            // The share of an arm that is not loaded goes to the default; the other arms keep their callers.
            upTo += variant.Percent / 100;
            variants.Add((names.GetValueOrDefault(variant.Target, current), upTo));
        }

        var fallbacks = new List<VersionSlot>();
        for (int i = state.Previous.Count - 1; i >= 0; i--)
        {
            AddFallback(fallbacks, _slots.GetValueOrDefault(state.Previous[i]), current);
        }

        foreach (VersionSlot slot in _slots.Values.OrderByDescending(s => s.Version, VersionName.Order))
        {
            AddFallback(fallbacks, VersionName.Order.Compare(slot.Version, current.Version) < 0 ? slot : null, current);
        }

        SetArms(current);
        SetShadow(VersionPlanner.ShadowTarget(options, state, _folders, current.Version, labels), options.Shadow);
        SetTable(new RoutingTable
        {
            Default = current,
            Trial = _trial,
            Variants = [.. variants],
            VariantSalt = options.VariantSalt ?? ModelName,
            VariantArms = _variantArms = options.Variants is [var single] ? VariantArms.Of(variants[0].Item1, current, single.Percent / 100, _variantArms) : null,
            Names = names.ToFrozenDictionary(StringComparer.Ordinal),
            Fallbacks = [.. fallbacks],
            Shadow = _shadow,
        });
    }

    // A trial compares the runs of two models. One that is promoted or replaced is measured no longer.
    private void SetArms(VersionSlot current)
    {
        CanaryTrial? trial = _trial is { IsStopped: false } running && running.Slot != current ? running : null;
        if (trial is not null && current.Timer is { } timer && timer.Observer != trial.ControlArm)
        {
            trial.ReplaceControl();
        }

        foreach (VersionSlot slot in _slots.Values)
        {
            if (slot.Timer is { } own)
            {
                own.Observer = slot == trial?.Slot ? trial.CanaryArm : slot == current ? trial?.ControlArm : null;
            }
        }
    }

    private void SetShadow(string? target, ShadowOptions options)
    {
        VersionSlot? slot = target is null ? null : _slots.GetValueOrDefault(target);
        if (_shadow is not null && _shadow.Slot == slot && _shadow.Options == options)
        {
            return;
        }

        _shadow?.Stop();
        _shadow = slot is null ? null : new ShadowLane(slot, options, _instruments, _setup.Clock);
    }

    private void AddFallback(List<VersionSlot> fallbacks, VersionSlot? slot, VersionSlot current)
    {
        if (slot is not null && slot != current && slot != _trial?.Slot && !fallbacks.Contains(slot) && !_folders.Any(f => f.Version == slot.Version && VersionPlanner.IsRejected(_log.Current, f)))
        {
            fallbacks.Add(slot);
        }
    }
}
