using System.Text.RegularExpressions;
using Inference.Cli.Verification;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests.Conformance;

/// <summary>The conformance cases that a provider does not pass, by name, from a table beside this file.</summary>
internal sealed partial class ExpectedFailures
{
    private readonly Dictionary<string, (string Kind, string Why)> _cases;

    private ExpectedFailures(string title, Dictionary<string, (string, string)> cases) => (Title, _cases) = (title, cases);

    /// <summary>The first line of the table.</summary>
    public string Title { get; }

    public IEnumerable<string> Names => _cases.Keys;

    public static ExpectedFailures Read(string provider)
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestData.RepositoryRoot!, "tests", "Inference.Cli.Tests", "Conformance", $"{provider}.tsv"));
        return new(lines[0], lines.Where(l => l[0] != '#').Select(l => l.Split('\t')).ToDictionary(c => c[0], c => (c[1], c[2])));
    }

    /// <summary>Where results are not what is listed, in either direction; empty when they are.</summary>
    public IEnumerable<string> Differences(IReadOnlyCollection<TestResult> results) =>
    [
        .. results.Select(Difference).OfType<string>(),
        .. _cases.Keys.Except(results.Select(r => r.Name)).Select(n => $"{n}: is listed, but there is no such case"),
    ];

    private string? Difference(TestResult result)
    {
        if (!_cases.TryGetValue(result.Name, out (string Kind, string Why) listed))
        {
            return result.Status == "pass" ? null : $"{result.Name}: is not listed, but: {result.Status}: {result.Reason}";
        }

        return (listed.Kind, result.Status) switch
        {
            ("random" or "machine", "pass") or ("machine", _) or ("fails", "fail") or ("unsupported", "unsupported") => null,
            ("random", "fail") when ElementDiffers().IsMatch(result.Reason) => null,
            (_, "pass") => $"{result.Name}: passes, but is listed: {listed.Why}",
            _ => $"{result.Name}: is listed as '{listed.Kind}', but: {result.Status}: {result.Reason}",
        };
    }

    // Type and shape agree where an element is what differs.
    [GeneratedRegex(@"^test_data_set_\d+: output '[^']*': element \d+: ")]
    private static partial Regex ElementDiffers();
}
