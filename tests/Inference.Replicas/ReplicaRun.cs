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
    private readonly StepBook _book = new();
    private readonly int _wanted;
    private int _kills;
    private int _tears;
    private int _started;

    private ReplicaRun(int steps, int seed)
    {
        _wanted = steps;
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
            var checker = new LogChecker(Path.Combine(_root, ".inference"), _book.Steps);
            checker.Check();
            if (runner.Versions.DefaultVersion != checker.Default && !checker.IsWantedUnloadable)
            {
                _book.Fault($"version '{runner.Versions.DefaultVersion}' serves, the log says '{checker.Default}'");
            }

            IReadOnlyList<Step> steps = _book.Steps;
            return new ReplicaReport(steps.Count, steps.Count(s => s.End is not null), steps.Count(s => s.IsRefused), _kills, _tears, checker.Records, [.. _book.Faults, .. checker.Faults]);
        }
    }

    private int Left() => _wanted - _book.Begun;

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
                if (_book.Take(line) && (--until == 0 || Left() == 0))
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
                _book.Fault($"a process ended by itself with {child.ExitCode}: {error.ReplaceLineEndings(" ")}");
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

    private Process Start(int seed) => Worker.Start("work", _root, $"{_rollout}", $"p{Interlocked.Increment(ref _started)}", seed.ToString(CultureInfo.InvariantCulture));
}
