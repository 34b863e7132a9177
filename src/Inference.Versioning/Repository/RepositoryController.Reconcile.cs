using System.Collections.Frozen;
using Inference.Versioning.Canary;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Loading;
using Inference.Versioning.Routing;
using Inference.Versioning.Shadow;
using Inference.Versioning.State;
using Inference.Versioning.Telemetry;

namespace Inference.Versioning.Repository;

internal sealed partial class RepositoryController
{
    /// <summary>Reads the repository, and loads, publishes and retires versions accordingly.</summary>
    /// <param name="now">Whether to load versions immediately that have not settled or that failed before.</param>
    /// <param name="cancellationToken">Cancels a load; what was published stays.</param>
    /// <returns>Whether some files must settle first: call again after the debounce time.</returns>
    /// <exception cref="ModelLoadException">The repository cannot be listed, or no version can serve.</exception>
    public async ValueTask<bool> ReconcileAsync(bool now, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _closing.Token.ThrowIfCancellationRequested();
            _store.Refresh();
            bool unsettled = Scan(now);
            await ApplyAsync(now, cancellationToken).ConfigureAwait(false);
            return unsettled;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default) => await ReconcileAsync(now: true, cancellationToken).ConfigureAwait(false);

    // A version whose files are still changing keeps serving if it was loaded, and is omitted if not.
    private bool Scan(bool now)
    {
        TimeSpan debounce = Options.Debounce;
        bool unsettled = false;
        var settled = new List<VersionFolder>();
        IReadOnlyList<VersionFolder> found = _scanner.Scan();
        Forget(found);
        foreach (VersionFolder folder in found)
        {
            _slots.TryGetValue(folder.Version, out VersionSlot? slot);
            bool known = now || debounce == TimeSpan.Zero || slot?.Folder.Stamp == folder.Stamp || _folders.Any(f => f.Version == folder.Version && f.Stamp == folder.Stamp);
            if (!known && (!_settling.TryGetValue(folder.Version, out var since) || since.Stamp != folder.Stamp))
            {
                since = (folder.Stamp, _setup.Clock.GetTimestamp());
                _settling[folder.Version] = since;
            }

            if (known || _setup.Clock.GetElapsedTime(_settling[folder.Version].Since) >= debounce)
            {
                _settling.Remove(folder.Version);
                settled.Add(folder);
                continue;
            }

            unsettled = true;
            if (slot is not null)
            {
                settled.Add(slot.Folder);
            }
        }

        _folders = settled;
        return unsettled;
    }

    // Records of versions that are gone would otherwise accumulate.
    private void Forget(IReadOnlyList<VersionFolder> found)
    {
        if (_failed.Count + _settling.Count == 0)
        {
            return;
        }

        var there = found.Select(f => f.Version).ToHashSet(StringComparer.Ordinal);
        foreach (string version in _failed.Keys.Concat(_settling.Keys).Where(v => !there.Contains(v)).ToList())
        {
            _failed.Remove(version);
            _settling.Remove(version);
        }
    }

    private async ValueTask ApplyAsync(bool now, CancellationToken cancellationToken)
    {
        VersioningOptions options = Options;
        IReadOnlyList<string> candidates = VersionPlanner.DefaultCandidates(options, _store.Current, _folders);
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        VersionSlot? chosen = null;
        foreach (string version in candidates)
        {
            chosen = await TryLoadAsync(version, now, wanted, cancellationToken).ConfigureAwait(false);
            if (chosen is not null)
            {
                break;
            }
        }

        chosen ??= _default ?? throw NothingServes(candidates);
        wanted.Add(chosen.Version);
        SetDefault(chosen, candidates);
        Publish(options);

        VersionSlot? canary = null;
        foreach (string version in VersionPlanner.CanaryCandidates(options, _store.Current, _folders, chosen.Version))
        {
            canary = version == chosen.Version ? null : await TryLoadAsync(version, now, wanted, cancellationToken).ConfigureAwait(false);
            if (canary is not null)
            {
                wanted.Add(version);
                break;
            }
        }

        SetCanary(canary, options);
        Publish(options);
        foreach ((string version, bool isNamed) in VersionPlanner.Keep(options, _store.Current, _folders, chosen.Version, canary?.Version))
        {
            if ((isNamed || Fits(version, wanted, options)) && await TryLoadAsync(version, now, wanted, cancellationToken).ConfigureAwait(false) is not null)
            {
                wanted.Add(version);
            }
        }

        Publish(options);
        RetireExcept(wanted);
        Volatile.Write(ref _status, Judge(candidates, chosen));
        Remember();
    }

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

    private ModelLoadException NothingServes(IReadOnlyList<string> candidates)
    {
        string reasons = string.Join(" ", candidates.Select(v => _failed.TryGetValue(v, out FailedLoad? f) ? f.Message : $"Version '{v}' is not in the repository."));
        return new ModelLoadException($"Model '{ModelName}', repository '{_setup.Root}': expected a version that passes its gates under policy {Options.Policy}, got none of {_folders.Count}. "
            + (reasons.Length > 0 ? reasons : $"Publish one as '<version>/{VersionFolder.ModelFile}'."),
            candidates.Select(v => _failed.GetValueOrDefault(v)?.Cause).FirstOrDefault(e => e is not null));
    }

    private void SetDefault(VersionSlot chosen, IReadOnlyList<string> candidates)
    {
        if (chosen == _default)
        {
            return;
        }

        string? from = _default?.Version ?? _store.Current.Default;
        _default = chosen;
        RepositoryState state = _store.Current;
        ModelSignature signature = ModelSignature.Of(chosen.Info);
        if (state.Default is not null && state.Default != chosen.Version && Rank(candidates, chosen.Version) > Rank(candidates, state.Default))
        {
            // It replaces a preferred version that did not load: earlier decisions are kept.
            _store.Note(_store.Entry("default", chosen.Version, from, "policy", $"in place of version '{state.Default}'"));
            VersioningLog.DefaultChanged(_setup.Logger, ModelName, chosen.Version, from, "policy", $"in place of version '{state.Default}'");
            _instruments.Change(chosen.Version, "default");
        }
        else if (state.Default != chosen.Version)
        {
            IReadOnlyList<string> previous = state.Default is null ? state.Previous : [.. state.Previous.Where(v => v != state.Default && v != chosen.Version).TakeLast(15), state.Default];
            _store.SaveOrKeep(
                state with { Default = chosen.Version, Decided = false, Ceiling = null, Previous = previous, Signature = signature },
                _store.Entry("default", chosen.Version, from, "policy", $"policy {Options.Policy}"));
            VersioningLog.DefaultChanged(_setup.Logger, ModelName, chosen.Version, from, "policy", Options.Policy.ToString());
            _instruments.Change(chosen.Version, "default");
        }
        else if (state.Signature is null || state.Signature.WhyNotReplaceableBy(signature) is not null || signature.WhyNotReplaceableBy(state.Signature) is not null)
        {
            _store.SaveOrKeep(state with { Signature = signature }, null);
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

    private void SetCanary(VersionSlot? slot, VersioningOptions options)
    {
        if (slot is null)
        {
            _trial?.Stop();
            _trial = null;
            return;
        }

        if (_trial is { IsStopped: true } alarmed && alarmed.Slot == slot)
        {
            // The alarm was raised and its rollback waits for the gate: no second trial in the meantime.
            return;
        }

        double percent = _store.Current.Canary is not null ? _store.Current.CanaryPercent : options.Canary.Percent;
        if (_trial is { IsStopped: false } trial && trial.Slot == slot && trial.Options.FalseAlarmProbability == options.Canary.FalseAlarmProbability && trial.Options.AutomaticRollback == options.Canary.AutomaticRollback)
        {
            trial.Percent = percent;
            return;
        }

        string salt = options.Canary.Salt ?? $"{ModelName}/{slot.Version}";
        _trial = new CanaryTrial(slot, options.Canary, percent, salt, OnAlarm, OnPassed, log10 => _instruments.Evidence(slot.Version, log10));
        _store.Note(_store.Entry("canary", slot.Version, _default?.Version, _store.Current.Canary is null ? "policy" : "operator", $"{percent} percent of the calls"));
        VersioningLog.CanaryStarted(_setup.Logger, ModelName, slot.Version, percent);
        _instruments.Change(slot.Version, "canary");
    }

    private void Publish(VersioningOptions options)
    {
        RepositoryState state = _store.Current;
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

        SetShadow(VersionPlanner.ShadowTarget(options, state, _folders, current.Version, labels), options.Shadow);
        SetTable(new RoutingTable
        {
            Default = current,
            Trial = _trial,
            Variants = [.. variants],
            VariantSalt = options.VariantSalt ?? ModelName,
            Names = names.ToFrozenDictionary(StringComparer.Ordinal),
            Fallbacks = [.. fallbacks],
            Shadow = _shadow,
        });
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
        if (slot is not null && slot != current && slot != _trial?.Slot && !fallbacks.Contains(slot) && !_folders.Any(f => f.Version == slot.Version && VersionPlanner.IsRejected(_store.Current, f)))
        {
            fallbacks.Add(slot);
        }
    }
}
