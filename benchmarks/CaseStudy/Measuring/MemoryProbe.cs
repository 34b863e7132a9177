using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using CaseStudy.Steps;
using OptimizeAndServe.World;

namespace CaseStudy.Measuring;

/// <summary>What a step takes in memory, told by a process of its own.</summary>
internal static class MemoryProbe
{
    private const int Requests = 200;

    /// <summary>In the child: loads the step, answers requests, prints the growth of the resident set in bytes.</summary>
    public static int Run(StepCatalog catalog, string step)
    {
        ClickRequest form = Form();
        var scores = new float[form.Items.Length];
        long before = Resident();
        using Step opened = catalog.Open(step);
        using ICaller caller = opened.NewCaller();
        for (int i = 0; i < Requests; i++)
        {
            caller.Run(form, scores);
        }

        Console.WriteLine(Math.Max(0, Resident() - before).ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>In the parent: asks a child.</summary>
    public static long Ask(string folder, string step)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, Assembly.GetExecutingAssembly().GetName().Name + ".dll"));
        }

        start.ArgumentList.Add("memory");
        start.ArgumentList.Add(step);
        start.ArgumentList.Add(folder);
        using Process child = Process.Start(start)!;
        string printed = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0 ? long.Parse(printed, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"The memory of '{step}' could not be measured: exit code {child.ExitCode}.");
    }

    /// <summary>A request of the form that is served, made without the world, which takes memory itself.</summary>
    public static ClickRequest Form() => new()
    {
        User = 1,
        UserRank = 1,
        UserCategories = [1, 1, 1],
        UserNumbers = new float[ClickWorld.UserNumbers],
        History = [.. Enumerable.Range(0, ClickWorld.HistoryLength).Select(i => (long)i)],
        Context = [1, 1],
        Items = [.. Enumerable.Range(0, StepCatalog.Items).Select(i => (long)i)],
        Numbers = new float[StepCatalog.Items * ClickWorld.ItemNumbers],
        Clicked = new bool[StepCatalog.Items],
    };

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
