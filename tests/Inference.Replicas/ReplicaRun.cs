using System.Diagnostics;
using System.Globalization;
using Inference.Versioning;

namespace Inference.Replicas;

/// <summary>Two processes over one repository, killed at random and started again, until the steps are done; then the log is checked against what they were told.</summary>
internal sealed class ReplicaRun
{
    private const int Processes = 2;

    private readonly string _root = Directory.CreateTempSubdirectory("inference-replicas-").FullName;
    private readonly Random _random;
    private readonly RolloutMode _rollout;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Step> _steps = [];
    private readonly List<string> _faults = [];
    private int _left;
    private int _kills;
    private int _tears;
    private int _started;

    private ReplicaRun(int steps, int seed)
    {
        _left = steps;
        _random = new Random(seed);
        _rollout = (RolloutMode)(seed % 3);
    }

    /// <summary>Runs that many steps.</summary>
    public static async Task<ReplicaReport> RunAsync(int steps, int seed)
    {
        var run = new ReplicaRun(steps, seed);
        try
        {
            return await run.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(run._root, recursive: true);
        }
    }

    private async Task<ReplicaReport> RunAsync()
    {
        for (int v = 1; v <= 3; v++)
        {
            Directory.CreateDirectory(Path.Combine(_root, $"{v}"));
            await File.WriteAllTextAsync(Path.Combine(_root, $"{v}", "model.onnx"), "1").ConfigureAwait(false);
        }

        while (Left() > 0)
        {
            // Each round ends with nobody alive, and now and then with half a line at the end of the log, as a machine leaves it that lost power.
            await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => ChildrenAsync(_random.Next(1, 5), _random.Next()))).ConfigureAwait(false);
            if (_random.Next(2) == 0)
            {
                Tear();
            }
        }

        VersionedModelRunner runner = await ReplicaWorker.OpenAsync(_root, _rollout, _random).ConfigureAwait(false);
        await using (runner.ConfigureAwait(false))
        {
            var checker = new LogChecker(Path.Combine(_root, ".inference"), [.. _steps.Values]);
            checker.Check();
            if (runner.Versions.DefaultVersion != checker.Default && !checker.IsWantedUnloadable)
            {
                _faults.Add($"version '{runner.Versions.DefaultVersion}' serves, the log says '{checker.Default}'");
            }

            _faults.AddRange(checker.Faults);
            return new ReplicaReport(_steps.Count, _steps.Values.Count(s => s.End is not null), _steps.Values.Count(s => s.IsRefused), _kills, _tears, checker.Records, _faults);
        }
    }

    private int Left()
    {
        lock (_lock)
        {
            return _left;
        }
    }

    // One process after another: all but the last of a round are killed at a random moment, and the last too where steps are left.
    private async Task ChildrenAsync(int count, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count && Left() > 0; i++)
        {
            using Process child = Start(random.Next());
            Task<string> errors = child.StandardError.ReadToEndAsync();
            int until = random.Next(1, 30);
            TimeSpan delay = TimeSpan.FromMilliseconds(random.Next(40));
            while (await child.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (Take(line) && (--until == 0 || Left() == 0))
                {
                    // Within a step or between two.
                    await Task.Delay(delay).ConfigureAwait(false);
                    child.Kill();
                    lock (_lock)
                    {
                        _kills++;
                    }
                }
            }

            await child.WaitForExitAsync().ConfigureAwait(false);
            string error = await errors.ConfigureAwait(false);
            if (until > 0 && Left() > 0)
            {
                lock (_lock)
                {
                    _faults.Add($"a process ended by itself with {child.ExitCode}: {error.ReplaceLineEndings(" ")}");
                }
            }
        }
    }

    // True where a step began.
    private bool Take(string line)
    {
        string[] fields = line.Split('\t');
        lock (_lock)
        {
            switch (fields[0])
            {
                case "begin":
                    _steps.Add(fields[1], Step.Parse(fields));
                    _left--;
                    return true;
                case "end":
                    _steps[fields[1]].End = long.Parse(fields[2], CultureInfo.InvariantCulture);
                    return false;
                case "refused":
                    _steps[fields[1]].IsRefused = true;
                    return false;
                case "fault":
                    _faults.Add(fields[1]);
                    return false;
                default:
                    return false;
            }
        }
    }

    private void Tear()
    {
        string log = Path.Combine(_root, ".inference", "decisions.jsonl");
        if (File.Exists(log))
        {
            File.AppendAllText(log, "{\"sequence\":7,\"at\":\"2026-01-01T00:0");
            _tears++;
        }
    }

    private Process Start(int seed)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) != "Inference.Replicas")
        {
            start.FileName = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(typeof(ReplicaRun).Assembly.Location);
        }

        foreach (string argument in new[] { "work", _root, $"{_rollout}", $"p{Interlocked.Increment(ref _started)}", seed.ToString(CultureInfo.InvariantCulture) })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
