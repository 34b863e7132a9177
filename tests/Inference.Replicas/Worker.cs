using System.Diagnostics;
using System.Globalization;

namespace Inference.Replicas;

/// <summary>What workers have in common: they are this program in another process, and tell their steps in lines of standard output.</summary>
internal static class Worker
{
    /// <summary>Starts one.</summary>
    public static Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) != "Inference.Replicas")
        {
            start.FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(typeof(Worker).Assembly.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>Does a step, and tells of its beginning and its end.</summary>
    public static async Task DoAsync(string id, string action, string version, Func<Task> work)
    {
        Say(new Step(id, action, version, Stopwatch.GetTimestamp()).BeginLine);
        try
        {
            await work().ConfigureAwait(false);
            Say("end", id, Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture));
        }
        catch (InferenceException exception)
        {
            Say("refused", id, exception.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>Tells a line, at once.</summary>
    public static void Say(params string[] fields)
    {
        Console.Out.WriteLine(string.Join('\t', fields));
        Console.Out.Flush();
    }
}
