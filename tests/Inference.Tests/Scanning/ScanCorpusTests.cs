using Inference.Diagnostics;
using Inference.Scanning;
using Inference.TestSupport;

namespace Inference.Tests.Scanning;

/// <summary>Models of real use, and cases of the standard, have no findings.</summary>
public sealed class ScanCorpusTests
{
    [SharedDataTheory("models")]
    [InlineData("models", true)]
    [InlineData("conformance/reports", true)]
    [InlineData("perf", true)]
    [InlineData("conformance/node", false)]
    public void Scan_SharedModels_HasNoFindings(string folder, bool warnings)
    {
        var findings = new List<string>();
        int count = 0;
        foreach (string file in Directory.EnumerateFiles(TestData.Path(folder.Split('/')), "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            count++;
            findings.AddRange(ModelScanner.Scan(ModelSource.File(file)).Findings
                .Where(f => f.Severity == ScanSeverity.Fatal || warnings)
                .Select(f => $"{file}: {f.Severity} {f.Rule} {f.Where}: {f.Message}"));
        }

        Assert.True(count > 0);
        Assert.True(findings.Count == 0, $"{findings.Count} findings in {count} models:\n{string.Join("\n", findings)}");
    }
}
