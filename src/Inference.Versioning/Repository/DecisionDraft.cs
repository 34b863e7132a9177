using System.Globalization;
using System.Text;
using Inference.Decisions;
using Inference.Feedback;
using Inference.Versioning.Folders;
using Inference.Versioning.Leasing;
using Inference.Versioning.Audit;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;
using Inference.Versioning.State;

namespace Inference.Versioning.Repository;

/// <summary>Creates decisions, without sequence number and hashes, for the current state. Pure.</summary>
/// <param name="Options">The policy.</param>
/// <param name="State">The state after the decisions so far.</param>
/// <param name="Folders">The versions in the repository.</param>
/// <param name="Now">The time.</param>
internal sealed record DecisionDraft(VersioningOptions Options, RepositoryState State, IReadOnlyList<VersionFolder> Folders, DateTimeOffset Now)
{
    /// <summary>The policy makes a loaded version the default.</summary>
    public Decision Adopt(VersionSlot slot, string? from) =>
        Make(DecisionActions.Default, slot.Version, from, DecisionActors.Policy, $"policy {Options.Policy}", WithOptions(Facts(slot.Folder.Stamp, ModelSignature.Of(slot.Info))));

    /// <summary>A loaded version is made the default.</summary>
    public Decision Promote(VersionFolder folder, ModelInfo info, string? from, string actor, string reason) =>
        Make(DecisionActions.Promote, folder.Version, from, actor, reason, Chosen(Facts(folder.Stamp, ModelSignature.Of(info)), folder.Version));

    /// <summary>The default is rolled back to another version.</summary>
    /// <param name="version">The default.</param>
    /// <param name="stamp">The stamp of its files.</param>
    /// <param name="back">The new default.</param>
    /// <param name="info">What is known of it; null if it is not loaded here: the process that serves it then records its inputs and outputs.</param>
    /// <param name="actor">Who decides.</param>
    /// <param name="reason">Why.</param>
    public Decision RollBack(string version, string stamp, string back, ModelInfo? info, string actor, string reason)
    {
        Dictionary<string, string> facts = Chosen(Rejected(version, stamp), back);
        facts[DecisionFacts.Back] = back;
        AddSignature(facts, info is null ? null : ModelSignature.Of(info));
        return Make(DecisionActions.Rollback, version, null, actor, reason, facts);
    }

    /// <summary>The canary is rolled back.</summary>
    public Decision Reject(string version, string stamp, string actor, string reason) => Make(DecisionActions.Rollback, version, null, actor, reason, Rejected(version, stamp));

    /// <summary>A version is put on trial.</summary>
    public Decision StartCanary(VersionFolder folder, double percent, string actor, string reason)
    {
        Dictionary<string, string> facts = Facts(folder.Stamp, null);
        facts[DecisionFacts.Percent] = percent.ToString("R", CultureInfo.InvariantCulture);
        return Make(DecisionActions.Canary, folder.Version, State.Default, actor, reason, facts);
    }

    /// <summary>A version is given a label.</summary>
    public Decision SetLabel(string label, string version, string? from, string actor, string reason)
    {
        var facts = new Dictionary<string, string> { [DecisionFacts.Label] = label };
        AddForgotten(facts, RepositoryState.Superfluous(State.Labels, label, (_, target) => IsThere(target)));
        return Make(DecisionActions.Label, version, from, actor, reason, facts);
    }

    /// <summary>A version was loaded.</summary>
    public Decision Load(VersionFolder folder, ModelInfo info, TrustedVersion trusted)
    {
        Dictionary<string, string> facts = Facts(folder.Stamp, null);
        facts[DecisionFacts.Digest] = info.Digest;
        if (trusted.SignedBy is { } key)
        {
            facts[DecisionFacts.Key] = key;
        }

        if (info.KeyId is { } encryption)
        {
            facts[DecisionFacts.EncryptionKey] = encryption;
        }

        if (trusted.SignedAtText is { } time)
        {
            facts[DecisionFacts.SignedAt] = time;
        }

        return Make(DecisionActions.Load, folder.Version, null, DecisionActors.Policy, "it passed its gates", facts);
    }

    /// <summary>A version was published.</summary>
    public Decision Publish(VersionFolder folder, ModelInfo info, string? parent, string actor, string reason)
    {
        Dictionary<string, string> facts = Facts(folder.Stamp, null);
        facts[DecisionFacts.Digest] = info.Digest;
        return Make(DecisionActions.Publish, folder.Version, parent, actor, reason, facts);
    }

    /// <summary>What was kept about a subject was erased.</summary>
    public Decision Erase(ErasureReport erased)
    {
        var facts = new Dictionary<string, string>();
        foreach ((string name, long count) in new[] { (DecisionFacts.Predictions, erased.Predictions), (DecisionFacts.Reports, erased.Reports), (DecisionFacts.Exemplars, erased.Exemplars) })
        {
            if (count > 0)
            {
                facts[name] = count.ToString(CultureInfo.InvariantCulture);
            }
        }

        return Make(DecisionActions.Erase, "", null, DecisionActors.Policy, "the erasure of what is kept about a subject was requested, and was done in the stages of the versions", facts);
    }

    /// <summary>The options changed.</summary>
    public Decision ChangeOptions(string reason, string changes) =>
        Make(DecisionActions.Options, "", null, DecisionActors.Configuration, reason, WithOptions(changes.Length == 0 ? [] : new Dictionary<string, string> { [DecisionFacts.Changes] = changes }));

    /// <summary>A version did not pass a gate.</summary>
    public Decision Refuse(VersionFolder folder, string reason) => Make(DecisionActions.Refused, folder.Version, null, DecisionActors.Policy, OneLine(reason), Facts(folder.Stamp, null));

    /// <summary>Checks that a label can be assigned.</summary>
    /// <exception cref="InferenceException">There are too many.</exception>
    public void RequireRoom(string modelName, string label)
    {
        IReadOnlyList<string> gone = RepositoryState.Superfluous(State.Labels, label, (_, target) => IsThere(target));
        if (State.Labels.Count + (State.Labels.ContainsKey(label) ? 0 : 1) - gone.Count > RepositoryState.MostNames)
        {
            throw new InferenceException($"Model '{modelName}', label '{label}': expected at most {RepositoryState.MostNames} labels on existing versions, got one more. Use an existing label.");
        }
    }

    private Dictionary<string, string> Facts(string stamp, ModelSignature? signature)
    {
        var facts = new Dictionary<string, string> { [DecisionFacts.Stamp] = stamp };
        AddSignature(facts, signature);
        return facts;
    }

    private Dictionary<string, string> WithOptions(Dictionary<string, string> facts)
    {
        string hash = OptionsText.Hash(Options);
        if (hash != State.Options)
        {
            facts[DecisionFacts.Options] = hash;
        }

        return facts;
    }

    private Dictionary<string, string> Rejected(string version, string stamp)
    {
        Dictionary<string, string> facts = Facts(stamp, null);
        AddForgotten(facts, RepositoryState.Superfluous(State.Rejected, version, (other, _) => IsThere(other)));
        return facts;
    }

    private Dictionary<string, string> Chosen(Dictionary<string, string> facts, string version)
    {
        facts[DecisionFacts.Ceiling] = Folders.Select(f => f.Version).Append(version).Max(VersionName.Order)!;
        if (Options.PinnedVersion is { } pinned)
        {
            facts[DecisionFacts.Pinned] = pinned;
        }

        if (Options.Policy == VersionPolicy.Label)
        {
            facts[DecisionFacts.Label] = Options.DefaultLabel!;
        }

        return facts;
    }

    private void AddSignature(Dictionary<string, string> facts, ModelSignature? signature)
    {
        if (signature is not null && (State.Signature is not { } known || known.WhyNotReplaceableBy(signature) is not null || signature.WhyNotReplaceableBy(known) is not null))
        {
            facts[DecisionFacts.Signature] = StateJson.Text(signature);
        }
    }

    private static void AddForgotten(Dictionary<string, string> facts, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            facts[DecisionFacts.Forget] = string.Join('\n', names);
        }
    }

    private bool IsThere(string version) => Folders.Any(f => f.Version == version);

    // Error messages may have several lines and contain text from files.
    private static string OneLine(string text)
    {
        string line = string.Concat(text.EnumerateRunes().Select(static r => Rune.IsControl(r) ? " " : r.ToString()));
        int end = DecisionActors.LongestReason - 1;
        return line.Length <= end ? line : string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[end - 1]) ? end - 1 : end), "…");
    }

    private Decision Make(string action, string version, string? from, string actor, string reason, Dictionary<string, string> facts) =>
        new() { At = Now, Action = action, Version = version, From = from, Actor = actor, Reason = reason, Facts = facts };
}
