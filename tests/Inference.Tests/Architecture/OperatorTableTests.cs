using System.Text.RegularExpressions;
using Inference.Operators.Standard;
using Inference.TestSupport;
using Match = System.Text.RegularExpressions.Match;

namespace Inference.Tests.Architecture;

public partial class OperatorTableTests
{
    [Fact]
    public void Entries_AreThereOnce() =>
        Assert.Empty(StandardOperators.Table.Entries.GroupBy(e => (e.Domain, e.OpType)).Where(g => g.Count() > 1).Select(g => g.Key));

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

        IEnumerable<(string, string)> table = StandardOperators.Table.Entries.Where(e => e.Domain != Domains.Fused).Select(e => (e.Domain.Length == 0 ? "ai.onnx" : e.Domain, e.OpType));
        IEnumerable<(string, string)> standard = File.ReadLines(Path.Combine(root, "eng", "onnx-operators.tsv")).Where(l => !l.StartsWith('#')).Select(l => l.Split('\t')).Select(f => (f[0], f[1]));
        Assert.Empty(table.Concat(standard).Except(rows));
    }

    /// <summary>Each operator of ONNX Runtime's CPU provider runs, runs in part, or is refused for a reason that is told; and the page has its row.</summary>
    [Fact]
    public void OnnxRuntime_EachOperator_RunsOrHasAReason()
    {
        var notes = Table("onnxruntime-notes.tsv").ToDictionary(f => (f[0], f[1]), f => (Status: f[2], Reason: f[3]));
        string[] page = File.ReadAllLines(Path.Combine(TestData.RepositoryRoot!, "docs", "operators.md"));
        string[][] rows = [.. Table("onnxruntime-operators.tsv")];
        var faults = new List<string>();
        foreach (string[] row in rows)
        {
            string name = $"{row[0]} {row[1]}";
            bool known = StandardOperators.Table.TryFind(row[0] == "ai.onnx" ? "" : row[0], row[1], int.MaxValue, out OperatorEntry? entry);
            (string status, string reason) = notes.GetValueOrDefault((row[0], row[1]), (known ? "runs" : "", ""));
            if (known ? status is not ("runs" or "partly") : status != "refused" || reason.Length == 0)
            {
                faults.Add($"{name}: eng/onnxruntime-notes.tsv says '{status}', the table {(known ? "has it" : "does not have it")}");
            }

            if (!Array.Exists(page, line => line.StartsWith($"| {row[0]} | {row[1]} |", StringComparison.Ordinal) && line.Contains($"| {status} |", StringComparison.Ordinal)))
            {
                faults.Add($"{name}: docs/operators.md has no row that says '{status}'; run eng/operators.sh");
            }

            if (known && entry!.Since > row[2].Split(',').Min(int.Parse))
            {
                faults.Add($"{name}: ONNX Runtime has versions {row[2]}, the table starts at {entry.Since}");
            }

            if (known && MissingTypes(entry!, row.Length > 3 ? row[3] : "") is { Length: > 0 } missing)
            {
                faults.Add($"{name}: ONNX Runtime takes {missing}, the row does not: {entry!.Inputs}");
            }
        }

        Assert.Empty(faults);
        Assert.Equal(rows.Length, rows.DistinctBy(r => (r[0], r[1])).Count());
        Assert.Empty(notes.Keys.Except(rows.Select(r => (r[0], r[1]))));
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

    // Of the types of the first input.
    private static string MissingTypes(OperatorEntry entry, string types) => entry.Inputs.Rules is [{ Types: { } taken }, ..]
        ? string.Join(" ", types.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(name => !Enum.GetValues<ElementType>().Any(type => type.Name() == name && taken.Contains(type))))
        : "";

    private static IEnumerable<string[]> Table(string name) =>
        File.ReadLines(Path.Combine(TestData.RepositoryRoot!, "eng", name)).Where(line => line.Length > 0 && !line.StartsWith('#')).Select(line => line.Split('\t'));

    [GeneratedRegex("""^\s+new\((?<domain>[\w.]+|""), "(?<name>\w+)",""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"internal (?:sealed |abstract |unsafe |partial )*class (?<name>\w+)(?:<[^>]*>)?(?:\([^{;]*?\))?\s*:\s*(?<base>\w+)")]
    private static partial Regex Declaration();
}
