using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Audit;

/// <summary>Options as text for the log of decisions: what decides which versions serve. Keys are fingerprints; secrets are left out.</summary>
internal static class OptionsText
{
    // A record is one line of a file that people read.
    private const int LongestChanges = 4096;

    /// <summary>The hash of the options, hexadecimal.</summary>
    public static string Hash(VersioningOptions options) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Of(options).Select(o => $"{o.Key}={o.Value}")))).AsSpan(0, 16));

    /// <summary>What differs, one option per line: <c>name: before → after</c>. Empty if nothing does.</summary>
    public static string Changes(VersioningOptions before, VersioningOptions after)
    {
        SortedDictionary<string, string> old = Of(before);
        SortedDictionary<string, string> now = Of(after);
        string text = string.Join('\n', old.Keys.Union(now.Keys).Order(StringComparer.Ordinal).Where(k => old.GetValueOrDefault(k) != now.GetValueOrDefault(k))
            .Select(k => $"{k}: {old.GetValueOrDefault(k, "none")} → {now.GetValueOrDefault(k, "none")}"));
        return text.Length <= LongestChanges ? text : string.Concat(text.AsSpan(0, LongestChanges - 2), "…");
    }

    private static SortedDictionary<string, string> Of(VersioningOptions options)
    {
        var text = new SortedDictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, IFormattable? value) => text[name] = value?.ToString(null, CultureInfo.InvariantCulture) ?? "none";
        void Flag(string name, bool value) => text[name] = value ? "true" : "false";
        void Say(string name, string? value) => text[name] = value is null ? "none" : string.Concat(value.EnumerateRunes().Select(static r => Rune.IsControl(r) ? " " : r.ToString()));
        Add("Policy", options.Policy);
        Add("Rollout", options.Rollout);
        Add("KeepLatest", options.KeepLatest);
        Say("PinnedVersion", options.PinnedVersion);
        Say("DefaultLabel", options.DefaultLabel);
        Add("MaxLoadedBytes", options.MaxLoadedBytes);
        Add("Debounce", options.Debounce);
        Add("RetryFailedAfter", options.RetryFailedAfter);
        Add("DrainTimeout", options.DrainTimeout);
        Flag("AllowSignatureChange", options.AllowSignatureChange);
        Flag("RequireGoldenRows", options.RequireGoldenRows);
        Add("GoldenRelativeTolerance", options.GoldenRelativeTolerance);
        Add("GoldenAbsoluteTolerance", options.GoldenAbsoluteTolerance);
        Add("MaxGoldenRelativeTolerance", options.MaxGoldenRelativeTolerance);
        Add("MaxGoldenAbsoluteTolerance", options.MaxGoldenAbsoluteTolerance);
        Add("WarmupRuns", options.WarmupRuns);
        Say("WarmupRows", string.Join(",", options.WarmupRows));
        Say("VariantSalt", options.VariantSalt);
        foreach ((string label, string version) in options.Labels)
        {
            Say($"Labels[{label}]", version);
        }

        for (int i = 0; i < options.Variants.Count; i++)
        {
            Say($"Variants[{i}]", string.Create(CultureInfo.InvariantCulture, $"{options.Variants[i].Target} {options.Variants[i].Percent}"));
        }

        Flag("Signing.Required", options.Signing.Required);
        Say("Signing.OldestVersion", options.Signing.OldestVersion);
        foreach ((string id, string pem) in options.Signing.Keys)
        {
            Say($"Signing.Keys[{id}]", Fingerprint(pem));
        }

        foreach ((string id, KeyValidity validity) in options.Signing.Validity)
        {
            Say($"Signing.Validity[{id}]", string.Create(CultureInfo.InvariantCulture, $"{validity.NotBefore?.UtcDateTime:u} to {validity.NotAfter?.UtcDateTime:u}"));
        }

        for (int i = 0; i < options.Signing.CertificateRoots.Count; i++)
        {
            Say($"Signing.CertificateRoots[{i}]", Digest(options.Signing.CertificateRoots[i]));
        }

        Add("Canary.Percent", options.Canary.Percent);
        Flag("Canary.AutomaticRollback", options.Canary.AutomaticRollback);
        Add("Canary.FalseAlarmProbability", options.Canary.FalseAlarmProbability);
        Add("Canary.ErrorTolerance", options.Canary.ErrorTolerance);
        Flag("Canary.CompareLatency", options.Canary.CompareLatency);
        Add("Canary.LatencyQuantile", options.Canary.LatencyQuantile);
        Add("Canary.LatencyTolerance", options.Canary.LatencyTolerance);
        Add("Canary.LatencyWarmupCalls", options.Canary.LatencyWarmupCalls);
        Add("Canary.ShadowWarmupCalls", options.Canary.ShadowWarmupCalls);
        Add("Canary.WorstMetric", options.Canary.WorstMetric);
        Add("Canary.BestMetric", options.Canary.BestMetric);
        Add("Canary.OutcomeWeight", options.Canary.OutcomeWeight);
        Flag("Canary.CompareCost", options.Canary.CompareCost);
        Add("Canary.CostTolerance", options.Canary.CostTolerance);
        Add("Canary.PromoteAfterOutcomes", options.Canary.PromoteAfterOutcomes);
        Add("Canary.PromoteAfterCalls", options.Canary.PromoteAfterCalls);
        Say("Canary.Salt", options.Canary.Salt);
        Add("Audit.EveryDecisions", options.Audit.EveryDecisions);
        Add("Audit.EveryInterval", options.Audit.EveryInterval);
        Flag("Audit.RecordLoads", options.Audit.RecordLoads);
        Say("Shadow.Target", options.Shadow.Target);
        Add("Shadow.Percent", options.Shadow.Percent);
        return text;
    }

    private static string Fingerprint(string pem)
    {
        using ECDsa key = EcKeys.Import(pem);
        return EcKeys.Fingerprint(key);
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
