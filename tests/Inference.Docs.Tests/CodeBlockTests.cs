using System.Text.RegularExpressions;

namespace Inference.Docs.Tests;

/// <summary>Code in the documentation is quoted from source that is compiled.</summary>
public sealed partial class CodeBlockTests
{
    private static readonly Lazy<string[]> s_sources = new(() => [.. Repository.Files(".cs").Where(f => !Repository.Relative(f).StartsWith("tests/", StringComparison.Ordinal)).Select(f => Normalize(File.ReadAllText(f)))]);

    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        foreach (string file in Repository.Files(".md"))
        {
            int count = Block().Count(File.ReadAllText(file));
            for (int i = 0; i < count; i++)
            {
                blocks.Add(Repository.Relative(file), i);
            }
        }

        return blocks;
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_OfDocumentation_OccursInCompiledSource(string file, int index)
    {
        string block = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))[index].Groups[1].Value;

        // Directives stand at the top of a source file, away from the code that needs them.
        string[] directives = [.. Directive().Matches(block).Select(m => Normalize(m.Value))];
        string code = Normalize(Directive().Replace(block, ""));

        Assert.True(
            s_sources.Value.Any(s => s.Contains(code, StringComparison.Ordinal) && Array.TrueForAll(directives, d => s.Contains(d, StringComparison.Ordinal))),
            $"{file}: this code is in no compiled source file:\n{block}\nPut it into a #region of samples/05.Snippets and quote it from there.");
    }

    [Fact]
    public void Normalize_Whitespace_BecomesOneSpace() => Assert.Equal("a b c", Normalize(" a\r\n\tb   c\n"));

    private static string Normalize(string text) => Space().Replace(text, " ").Trim();

    [GeneratedRegex("```(?:csharp|cs|c#)\\r?\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^using [\w.]+;\s*$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
