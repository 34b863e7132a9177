using System.Security.Cryptography;
using Inference.Versioning.Signing;
using Microsoft.Extensions.Options;

namespace Inference.Versioning.Options;

/// <summary>Validates options that require or exclude each other.</summary>
internal sealed class VersioningOptionsRules : IValidateOptions<VersioningOptions>
{
    public ValidateOptionsResult Validate(string? name, VersioningOptions options)
    {
        var failures = new List<string>();
        string where = string.IsNullOrEmpty(name) ? "Versioning" : $"Model '{name}', versioning";
        if (options.Policy == VersionPolicy.Pinned && string.IsNullOrEmpty(options.PinnedVersion))
        {
            failures.Add($"{where}: expected PinnedVersion with policy Pinned, got none. Set PinnedVersion, or choose policy Latest.");
        }

        if (options.Policy == VersionPolicy.Label && string.IsNullOrEmpty(options.DefaultLabel))
        {
            failures.Add($"{where}: expected DefaultLabel with policy Label, got none. Set DefaultLabel, or choose policy Latest.");
        }

        double share = options.Variants.Sum(v => v.Percent);
        if (share > 100)
        {
            failures.Add($"{where}: expected variants of at most 100 percent in total, got {share}. Lower them; the remaining share goes to the default version.");
        }

        if (options.Canary.WorstMetric == options.Canary.BestMetric)
        {
            failures.Add($"{where}: expected Canary.WorstMetric and BestMetric to differ, both are {options.Canary.BestMetric}. Set them to the metric's range.");
        }

        if (options.Signing.Required && options.Signing.Keys.Count == 0 && options.Signing.CertificateRoots.Count == 0)
        {
            failures.Add($"{where}: expected at least one key in Signing.Keys, or a root in Signing.CertificateRoots, because Signing.Required is true, got none. Add the public keys of the trusted publishers.");
        }

        if (options.RequireGoldenRows && (options.GoldenRelativeTolerance > options.MaxGoldenRelativeTolerance || options.GoldenAbsoluteTolerance > options.MaxGoldenAbsoluteTolerance))
        {
            failures.Add($"{where}: expected golden tolerances of at most MaxGoldenRelativeTolerance {options.MaxGoldenRelativeTolerance} and MaxGoldenAbsoluteTolerance {options.MaxGoldenAbsoluteTolerance} with RequireGoldenRows, "
                + $"got {options.GoldenRelativeTolerance} and {options.GoldenAbsoluteTolerance}. Lower the tolerances or raise their bounds.");
        }

        foreach (int rows in options.WarmupRows)
        {
            if (rows < 1)
            {
                failures.Add($"{where}: expected WarmupRows ≥ 1, got {rows}.");
            }
        }

        if (options.Audit.SigningKey is not null && options.Audit.SigningKeyFile is not null)
        {
            failures.Add($"{where}: expected Audit.SigningKey or Audit.SigningKeyFile, got both. Remove one.");
        }

        CheckKeys(options.Signing, where, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Validates all rules; for options created outside dependency injection.</summary>
    /// <exception cref="OptionsValidationException">An option is out of range or contradicts another.</exception>
    public static void Require(string name, VersioningOptions options)
    {
        ValidateOptionsResult ranges = new VersioningOptionsValidator().Validate(name, options);
        ValidateOptionsResult rules = new VersioningOptionsRules().Validate(name, options);
        if (ranges.Failed || rules.Failed)
        {
            throw new OptionsValidationException(name, typeof(VersioningOptions), [.. ranges.Failures ?? [], .. rules.Failures ?? []]);
        }
    }

    private static void CheckKeys(SigningOptions signing, string where, List<string> failures)
    {
        foreach ((string id, string pem) in signing.Keys)
        {
            try
            {
                using ECDsa key = EcKeys.Import(pem ?? "");
            }
            catch (CryptographicException exception)
            {
                failures.Add($"{where}: expected a PEM public key (BEGIN PUBLIC KEY) under Signing.Keys['{id}'], got text that cannot be read: {exception.Message}");
            }
        }

        foreach ((string id, KeyValidity validity) in signing.Validity)
        {
            if (!signing.Keys.ContainsKey(id) || validity is null || validity.NotAfter <= validity.NotBefore)
            {
                failures.Add($"{where}: expected the validity of a key in Signing.Keys, with NotBefore before NotAfter, under Signing.Validity['{id}']. Correct the key id or the times.");
            }
        }

        foreach (string pem in signing.CertificateRoots)
        {
            try
            {
                _ = CertificateTrust.Read(pem ?? "");
            }
            catch (CryptographicException exception)
            {
                failures.Add($"{where}: Signing.CertificateRoots: {exception.Message}");
            }
        }
    }
}
