using Inference.Cli.Terminal;
using Inference.Optimization;

namespace Inference.Cli.Tests;

/// <summary>What a file or a pipe gets of tables and progress.</summary>
public sealed class TerminalTests
{
    [Fact]
    public void Table_Piped_IsPlainColumnsOnWholeLines()
    {
        string name = new('n', 1000);
        string got = Written(output =>
        {
            ConsoleTable table = new ConsoleTable(output).Text("node").Numbers("µs", "%").Text("output");
            table.Add("a", "1.5", "100.0", "float32[1,2]");
            table.Add(name, "12.5", "", "");
            table.Write();
        });
        string gap = new(' ', 998);
        Assert.Equal([$"node{gap[2..]}    µs      %  output", $"a{gap} {"",2} 1.5  100.0  float32[1,2]", $"{name}  12.5"], got.Split(Environment.NewLine)[..^1]);
        Assert.DoesNotContain('\e', got);
    }

    [Fact]
    public void Table_NamesThatLookLikeMarkupOrCommands_AreText()
    {
        string got = Written(output =>
        {
            var table = ConsoleTable.OfFacts(output);
            table.Add("[red]x[/]", ":smile: [/] a]");
            table.Add("bell\a\e[2Jcsi\u009b", "two\r\nlines\ttab");
            table.Write();
        });
        Assert.Equal(["[red]x[/]      :smile: [/] a]", "bell\uFFFD\uFFFD[2Jcsi\uFFFD  two\uFFFD\uFFFDlines\uFFFDtab"], got.Split(Environment.NewLine)[..^1]);
    }

    [Fact]
    public void Table_ManyRows_EachOnOneLine()
    {
        string got = Written(output =>
        {
            ConsoleTable table = new ConsoleTable(output).Text("name").Numbers("value");
            for (int i = 0; i < 2000; i++)
            {
                table.Add($"/very/long/name/of/a/node/{i}/{new string('x', i % 200)}", $"{i}");
            }

            table.Write();
        });
        Assert.Equal(2001, got.Split(Environment.NewLine)[..^1].Length);
    }

    [Fact]
    public void Table_WithoutRows_IsNotWritten() => Assert.Empty(Written(output => new ConsoleTable(output).Text("name").Write()));

    [Fact]
    public void Progress_Piped_IsALineForEachStageAndStep()
    {
        string got = Written(output =>
        {
            using var progress = new WorkProgress(errors: output);
            Assert.False(progress.IsDue);
            progress.Show("not shown", 0.5);
            progress.Report(new OptimizationProgress("calibrate", 1, 2, "batch"));
            progress.Report(new OptimizationProgress("calibrate", 2, 2, "batch"));
            progress.Report(new OptimizationProgress("search", 1, 3, "int8", 0.001));
            progress.Report(new OptimizationProgress("search", 2, 3, "int8 [x]", 0.002));
            progress.Note("12 rows");
            progress.End();
            progress.End();
        });
        Assert.Equal(["calibrate batch", "search 1/3 int8, drop 0.10 %", "search 2/3 int8 [x], drop 0.20 %", "12 rows"], got.Split(Environment.NewLine)[..^1]);
    }

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter();
        write(text);
        return text.ToString();
    }
}
