using System.Text.RegularExpressions;

namespace Inference.Docs.Tests;

/// <summary>Links within the repository lead somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages()
    {
        var pages = new TheoryData<string>();
        foreach (string file in Repository.Files(".md"))
        {
            pages.Add(Repository.Relative(file));
        }

        return pages;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Link_Relative_LeadsToAFileOrHeading(string page)
    {
        string path = Path.Combine(Repository.Root, page);
        string text = Code().Replace(File.ReadAllText(path), "");
        var dead = new List<string>();
        foreach (Match match in Link().Matches(text))
        {
            string target = match.Groups[1].Value;
            if (Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) && uri.Scheme != Uri.UriSchemeFile)
            {
                continue;
            }

            string[] parts = target.Split('#', 2);
            string file = parts[0].Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, Uri.UnescapeDataString(parts[0])));
            bool found = File.Exists(file) || Directory.Exists(file);
            if (!found || (parts.Length == 2 && File.Exists(file) && file.EndsWith(".md", StringComparison.Ordinal) && !Headings(file).Contains(parts[1])))
            {
                dead.Add(target);
            }
        }

        Assert.True(dead.Count == 0, $"{page}: dead links: {string.Join(", ", dead)}. Correct or remove them.");
    }

    private static HashSet<string> Headings(string file) =>
        [.. Heading().Matches(File.ReadAllText(file)).Select(m => NoAnchor().Replace(m.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex("```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+\s+(.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
