using System.CommandLine;
using System.Text.RegularExpressions;
using Inference.Cli.Commands;

namespace Inference.Docs.Tests;

/// <summary>Commands in the documentation exist: verbs and options of the tool, scripts, projects.</summary>
public sealed partial class CommandTests
{
    private static readonly RootCommand s_tool = CommandTable.Create();

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
    public void Command_OfDocumentation_Exists(string page)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, page));
        string[] wrong = [.. Commands(text).Select(c => Fault(c) is { } fault ? $"{c}: {fault}" : null).OfType<string>().Distinct()];

        Assert.True(wrong.Length == 0, $"{page}:\n{string.Join('\n', wrong)}\nCorrect the page or the product.");
    }

    [Theory]
    [InlineData("inference juggle model.onnx", "no verb")]
    [InlineData("inference bench model.onnx --sideways", "no option")]
    [InlineData("inference monitor juggle", "no verb")]
    [InlineData("inference monitor profile --sideways", "no option")]
    [InlineData("inference monitor profile --data rows.npz -o a.profile", null)]
    [InlineData("bash eng/nowhere.sh", "no file")]
    [InlineData("dotnet run --project samples/99.Nothing", "no project")]
    [InlineData("inference bench model.onnx --threads 1", null)]
    [InlineData("ORT_DYLIB_PATH=x bash eng/test.sh", null)]
    public void Fault_Command_IsTold(string command, string? expected) =>
        Assert.Equal(expected is null, Fault(command) is not { } fault || !fault.Contains(expected ?? "", StringComparison.Ordinal));

    /// <summary>Lines of blocks that are no C#, and spans of code within lines.</summary>
    private static IEnumerable<string> Commands(string text)
    {
        foreach (Match block in Block().Matches(text).Where(b => b.Groups[1].Value.Trim() is "" or "bash" or "sh" or "console"))
        {
            foreach (string line in block.Groups[2].Value.Split('\n'))
            {
                yield return line.Trim().TrimStart('$').Trim();
            }
        }

        string rest = Block().Replace(text, "");
        foreach (Match line in Indented().Matches(rest))
        {
            yield return line.Groups[1].Value.Trim();
        }

        foreach (Match span in Span().Matches(rest))
        {
            yield return span.Groups[1].Value.Trim();
        }
    }

    private static string? Fault(string command)
    {
        string[] words = [.. command.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => Variable().IsMatch(w))];
        int tool = Array.IndexOf(words, "src/Inference.Cli") is >= 0 and var at && Array.IndexOf(words, "--") is >= 0 and var dashes && dashes > at ? dashes : -1;
        return words switch
        {
            ["inference", var verb, ..] => Tool(verb, words[2..]),
            ["dotnet", "run" or "build" or "publish" or "test" or "pack", ..] => tool >= 0 && words.Length > tool + 1 ? Tool(words[tool + 1], words[(tool + 2)..]) : Project(words),
            ["bash", var script, ..] when !script.StartsWith('-') => File.Exists(Path.Combine(Repository.Root, script)) ? null : $"there is no file '{script}'",
            _ => null,
        };
    }

    private static string? Tool(string verb, string[] words)
    {
        // Such as "inference VERB", "inference COMMAND" or "inference …", which stand for any.
        if (verb.StartsWith('-') || verb is "VERB" or "COMMAND" || !char.IsLetter(verb[0]))
        {
            return null;
        }

        if (s_tool.Subcommands.FirstOrDefault(c => c.Name == verb) is not { } command)
        {
            return $"there is no verb '{verb}'";
        }

        // Verbs of verbs.
        while (command.Subcommands.Count > 0 && words.Length > 0 && !words[0].StartsWith('-'))
        {
            if (command.Subcommands.FirstOrDefault(c => c.Name == words[0]) is not { } inner)
            {
                return $"'{command.Name}' has no verb '{words[0]}'";
            }

            (command, words) = (inner, words[1..]);
        }

        foreach (string word in words.Where(w => w.StartsWith('-') && w.Length > 1 && !char.IsDigit(w[1])))
        {
            string name = word.Split('=')[0];
            if (!command.Options.Concat(s_tool.Options.Where(static o => o.Recursive)).Any(o => o.Name == name || o.Aliases.Contains(name)) && name is not ("--help" or "-h"))
            {
                return $"'{command.Name}' has no option '{name}'";
            }
        }

        return null;
    }

    private static string? Project(string[] words)
    {
        string? path = Array.IndexOf(words, "--project") is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : words[1] != "run" && words.Length > 2 && words[2][0] is not '-' ? words[2] : null;
        if (path is null || path.Contains('…') || path.Any(char.IsUpper) && !path.Contains('/'))
        {
            return null;
        }

        string full = Path.Combine(Repository.Root, path);
        return File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFiles(full, "*.csproj").Any()) ? null : $"there is no project '{path}'";
    }

    [GeneratedRegex("```([^\n]*)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^    (\\S.*)$", RegexOptions.Multiline)]
    private static partial Regex Indented();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex("^[A-Z_]+=")]
    private static partial Regex Variable();
}
