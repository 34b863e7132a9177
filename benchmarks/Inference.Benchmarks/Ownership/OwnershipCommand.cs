using System.Diagnostics;
using System.Globalization;

namespace Inference.Benchmarks.Ownership;

/// <summary>
/// <c>ownership [--minutes 0.5] [--threads 8,16]</c>: each part in a process of its own, so that a crash is counted. Exit code 0 when no answer was wrong, no error other
/// than a clear one came, and no process crashed.
/// </summary>
public static class OwnershipCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--part", ..])
        {
            return await RunPartAsync(args[1..]).ConfigureAwait(false);
        }

        double minutes = 0.5;
        int[] threads = [8, 16];
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--minutes":
                    minutes = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--threads":
                    threads = [.. args[i + 1].Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
                    break;
                default:
                    Console.Error.WriteLine($"Unknown option '{args[i]}', expected --minutes or --threads.");
                    return 64;
            }
        }

        string[][] parts =
        [
            .. from count in threads from path in ForgottenValues.Paths from collection in new[] { "plain", "compacting" } select new[] { "forgotten", path, collection, Text(count) },
            .. from count in threads from path in RandomMoments.Paths select new[] { "moments", path, "plain", Text(count) },
        ];
        string seconds = (minutes * 60 / parts.Length).ToString("F2", CultureInfo.InvariantCulture);
        var all = new OwnershipCounts();
        int crashes = 0;
        foreach (string[] part in parts)
        {
            (int code, string output) = await RunChildAsync([.. part, seconds]).ConfigureAwait(false);
            string line = output.Trim().Split('\n')[^1];
            bool crashed = code != 0 || !all.TryAdd(line);
            crashes += crashed ? 1 : 0;
            string[] fields = line.Split(' ');
            Console.WriteLine(crashed ? $"{string.Join(' ', part),-36} CRASHED, exit code {code}" : $"{string.Join(' ', part),-36} runs {fields[0]}, wrong {fields[1]}, errors {fields[2]}");
        }

        Console.WriteLine($"runs {all.Runs}, wrong {all.Wrong}, crashes {crashes}, errors {string.Join(", ", all.Errors.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"))}");
        bool passed = all.Wrong == 0 && crashes == 0 && all.Runs > 0 && all.Errors.Keys.All(e => !e.StartsWith('!'));
        Console.WriteLine(passed ? "PASSED" : "FAILED");
        return passed ? 0 : 2;
    }

    // kind, path, collection, threads, seconds
    private static async Task<int> RunPartAsync(string[] part)
    {
        var counts = new OwnershipCounts();
        int threads = int.Parse(part[3], CultureInfo.InvariantCulture);
        var duration = TimeSpan.FromSeconds(double.Parse(part[4], CultureInfo.InvariantCulture));
        if (part[0] == "moments")
        {
            RandomMoments.Run(part[1], threads, duration, counts);
        }
        else
        {
            await ForgottenValues.RunAsync(part[1], part[2] == "compacting", threads, duration, counts).ConfigureAwait(false);
        }

        Console.WriteLine(counts.ToLine());
        return 0;
    }

    private static async Task<(int Code, string Output)> RunChildAsync(string[] part)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(OwnershipCommand).Assembly.Location);
        }

        foreach (string argument in (string[])["ownership", "--part", .. part])
        {
            start.ArgumentList.Add(argument);
        }

        using Process child = Process.Start(start)!;
        string output = await child.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await child.WaitForExitAsync().ConfigureAwait(false);
        return (child.ExitCode, output);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
