using System.Text.RegularExpressions;
using Inference.Operators;
using Inference.Operators.Contract;
using Inference.TestSupport;

namespace Inference.Tests.Architecture;

public partial class OperatorTableTests
{
    [Fact]
    public void Entries_AreThereOnce() =>
        Assert.Empty(OperatorTable.Entries.GroupBy(e => (e.Domain, e.OpType)).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Rows_OfAFamily_AreAlphabeticalWithinTheirDomain()
    {
        string folder = Path.Combine(TestData.RepositoryRoot!, "src", "Inference", "Operators");
        foreach (string file in Directory.EnumerateFiles(folder, "*Rows.cs", SearchOption.AllDirectories))
        {
            foreach (IGrouping<string, Match> domain in Row().Matches(File.ReadAllText(file)).GroupBy(m => m.Groups["domain"].Value))
            {
                string[] names = [.. domain.Select(m => m.Groups["name"].Value)];
                Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
            }
        }
    }

    /// <summary>docs/operators.md is generated (eng/operators.sh): each operator of the table and of the standard has its row there.</summary>
    [Fact]
    public void Documentation_HasARowForEachOperator()
    {
        string root = TestData.RepositoryRoot!;
        var rows = new HashSet<(string, string)>();
        string domain = "";
        foreach (string line in File.ReadLines(Path.Combine(root, "docs", "operators.md")))
        {
            domain = line.StartsWith("## ", StringComparison.Ordinal) ? line[3..].Split(',')[0] : domain;
            if (line.StartsWith("| ", StringComparison.Ordinal))
            {
                rows.Add((domain, line.Split('|')[1].Trim()));
            }
        }

        IEnumerable<(string, string)> table = OperatorTable.Entries.Where(e => e.Domain != Domains.Fused).Select(e => (e.Domain.Length == 0 ? "ai.onnx" : e.Domain, e.OpType));
        IEnumerable<(string, string)> standard = File.ReadLines(Path.Combine(root, "eng", "onnx-operators.tsv")).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).Select(f => (f[0], f[1]));
        Assert.Empty(table.Concat(standard).Except(rows));
    }

    /// <summary>Every class that derives from Operator and is not abstract is made by a row of the table, or by another class that is.</summary>
    [Fact]
    public void Classes_AreAllListed()
    {
        string root = Path.Combine(TestData.RepositoryRoot!, "src", "Inference");
        string[] texts = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText)];
        string all = string.Join('\n', texts);
        var derived = new HashSet<string>(StringComparer.Ordinal) { "Operator" };
        MatchCollection classes = Declaration().Matches(all);
        for (bool grew = true; grew;)
        {
            grew = false;
            foreach (Match match in classes)
            {
                grew |= derived.Contains(match.Groups["base"].Value) && derived.Add(match.Groups["name"].Value);
            }
        }

        string[] concrete = [.. classes.Where(m => !m.Value.Contains("abstract", StringComparison.Ordinal) && derived.Contains(m.Groups["base"].Value)).Select(m => m.Groups["name"].Value).Distinct()];
        Assert.NotEmpty(concrete);
        Assert.DoesNotContain(concrete, name => !Regex.IsMatch(all, $@"new {name}\s*[(<]|{name}(<[^>]*>)?\.\w+\("));
    }

    [GeneratedRegex("""^\s+new\((?<domain>[\w.]+|""), "(?<name>\w+)",""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"internal (?:sealed |abstract |unsafe |partial )*class (?<name>\w+)(?:<[^>]*>)?(?:\([^{;]*?\))?\s*:\s*(?<base>\w+)")]
    private static partial Regex Declaration();
}
