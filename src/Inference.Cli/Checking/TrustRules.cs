using Inference.Cli.Running;
using Inference.Cli.Trust;
using Inference.Diagnostics;
using Inference.Images;
using Inference.Optimization.Gate;
using Inference.Scanning;
using Inference.Versioning;

namespace Inference.Cli.Checking;

/// <summary>The rules on a candidate's files, judged before anything in them is loaded.</summary>
internal static class TrustRules
{
    // To name what is wrong, not to list it all: that is the verb scan.
    private const int Named = 3;

    /// <summary>Whether the file holds nothing that may harm a program.</summary>
    /// <returns>The rule, and whether the file may be loaded.</returns>
    public static (GateRule Rule, bool Loads) Scan(string path)
    {
        ScanReport report = ModelScanner.Scan(ModelSource.File(path), new ModelLoadOptions { Images = new ManagedImageDecoder(), Keys = KeyFile.Provider });
        string named = string.Join("; ", report.Findings.Take(Named).Select(static finding => $"{finding.Rule}: {finding.Message}"));
        GateRule rule = Rule("scan", Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), report.Findings.Count == 0, named) with { Figure = report.Findings.Count, Bound = 0, Unit = GateUnit.Count };
        return (rule, report.Findings.All(static finding => finding.Severity != ScanSeverity.Fatal));
    }

    /// <summary>Whether the files are signed by a trusted key.</summary>
    public static async Task<GateRule> SignedAsync(string path, string key, CancellationToken cancellation)
    {
        SigningOptions trusted = KeyFiles.ReadTrusted([key], []);
        try
        {
            (VerifiedModel verified, _) = await SignatureCheck.VerifyAsync(path, trusted, new ModelSignatureOptions(), cancellation).ConfigureAwait(false);
            return Rule("signed", verified.SignedBy, met: true, "") with { Figure = verified.Files.Count, Unit = GateUnit.Count };
        }
        catch (ModelLoadException exception)
        {
            return Rule("signed", Path.GetFileName(key), met: false, exception.Message);
        }
    }

    private static GateRule Rule(string rule, string subject, bool met, string reason) => new() { Rule = rule, Subject = subject, Outcome = met ? GateOutcome.Passed : GateOutcome.Refused, Required = true, Reason = reason };
}
