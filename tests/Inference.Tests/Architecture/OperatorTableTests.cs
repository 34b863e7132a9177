using System.Text.RegularExpressions;
using Inference.Operators;
using Inference.TestSupport;

namespace Inference.Tests.Architecture;

public partial class OperatorTableTests
{
    [Fact]
    public void Entries_AreThereOnce() =>
        Assert.Empty(OperatorTable.Entries.GroupBy(e => (e.Domain, e.OpType)).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Entries_AreAlphabeticalWithinTheirDomain()
    {
        foreach (IGrouping<string, OperatorEntry> domain in OperatorTable.Entries.GroupBy(e => e.Domain))
        {
            string[] names = [.. domain.Select(e => e.OpType)];
            Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
        }
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

    [GeneratedRegex(@"internal (?:sealed |abstract |unsafe |partial )*class (?<name>\w+)(?:<[^>]*>)?(?:\([^{;]*?\))?\s*:\s*(?<base>\w+)")]
    private static partial Regex Declaration();
}
