using System.Globalization;
using Inference.Guarding;

namespace Inference.Guard;

/// <summary>The child: runs cases one after the other and prints a line before and after each.</summary>
internal static class Worker
{
    public static async Task<int> RunAsync(GuardOptions options, (string List, int First) work)
    {
        using var current = new CurrentNode(NotePath(work.List));
        string[] cases = await File.ReadAllLinesAsync(work.List).ConfigureAwait(false);
        GuardedAllocator.Placement = options.Passes[0];
        GuardedAllocator.PlantedFault = options.Plant;
        if (options.Collect)
        {
            new Thread(Collect) { IsBackground = true }.Start();
        }

        for (int i = work.First; i < cases.Length; i++)
        {
            Say($"begin {i}");
            string what = "";
            GuardedAllocator.NodeStarting = node => current.Text = $"{what}, {node}";
            var run = new CaseRun(cases[i], options.Fills, note => current.Text = what = note);
            await run.RunAsync().ConfigureAwait(false);
            run.Violations.ForEach(v => Say($"violation {v}"));
            run.Differences.ForEach(d => Say($"difference {d}"));
            Say($"end {run.Outcome}");
        }

        return 0;
    }

    /// <summary>Where a child notes what it does.</summary>
    public static string NotePath(string list) => list + ".node";

    private static void Say(string line) => Console.WriteLine(line.ReplaceLineEndings(" ").ToString(CultureInfo.InvariantCulture));

    private static void Collect()
    {
        while (true)
        {
            GC.Collect();
            Thread.Sleep(1);
        }
    }
}
