using System.Globalization;
using Inference.Decisions;
using Inference.Versioning;
using Inference.Versioning.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Replicas;

/// <summary>One process that serves the repository and decides about it at random, and tells each step and its end in a line of standard output.</summary>
internal sealed class ReplicaWorker(string root, RolloutMode rollout, string name, int seed)
{
    /// <summary>Small, so that the log is cut many times.</summary>
    public const long LongestLog = 24_000;

    private static readonly string[] s_labels = ["stable", "next", "old"];
    private readonly Random _random = new(seed);

    /// <summary>The repository's store of decisions.</summary>
    public static FileDecisionStore Store(string root) => new(Path.Combine(root, ".inference"), "ranker", TimeProvider.System, NullLogger.Instance) { Longest = LongestLog };

    /// <summary>Opens the repository as every worker does.</summary>
    public static ValueTask<VersionedModelRunner> OpenAsync(string root, RolloutMode rollout, Random random) => ModelRepository.OpenAsync(
        root, new TextModelLoader(random),
        new ModelRepositoryOptions
        {
            Versioning = new VersioningOptions { Rollout = rollout, WarmupRuns = 0, Debounce = TimeSpan.FromMilliseconds(5), PollInterval = TimeSpan.FromMilliseconds(200), KeepLatest = random.Next(3) },
            Load = new ModelLoadOptions { Name = "ranker" },
            Decisions = Store(root),
        });

    /// <summary>Runs until the process is killed.</summary>
    public async Task RunAsync()
    {
        VersionedModelRunner runner = await OpenAsync(root, rollout, _random).ConfigureAwait(false);
        await using (runner.ConfigureAwait(false))
        {
            Worker.Say("ready");
            for (int i = 0; ; i++)
            {
                await StepAsync(runner, string.Create(CultureInfo.InvariantCulture, $"{name}-{i}")).ConfigureAwait(false);
            }
        }
    }

    private async Task StepAsync(VersionedModelRunner runner, string id)
    {
        IReadOnlyList<string> there = [.. runner.Versions.Versions.Select(v => v.Version)];
        string version = there[_random.Next(Math.Min(there.Count, 6))];
        int kind = _random.Next(100);
        if (kind < 30)
        {
            await Worker.DoAsync(id, "promote", version, async () => await runner.Versions.PromoteAsync(version, name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (kind < 55)
        {
            await Worker.DoAsync(id, "rollback", "", async () => Worker.Say("took", await runner.Versions.RollbackAsync(name, id).ConfigureAwait(false))).ConfigureAwait(false);
        }
        else if (kind < 75)
        {
            string label = s_labels[_random.Next(s_labels.Length)];
            await Worker.DoAsync(id, "label", version, async () => await runner.Versions.SetLabelAsync(label, version, name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (kind < 82)
        {
            await Worker.DoAsync(id, "canary", version, async () => await runner.Versions.StartCanaryAsync(version, _random.Next(101), name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (kind < 92)
        {
            await Worker.DoAsync(id, "publish", "", () => Task.Run(Publish)).ConfigureAwait(false);
        }
        else
        {
            await Worker.DoAsync(id, "serve", "", () => ServeAsync(runner)).ConfigureAwait(false);
        }
    }

    // A version that was rolled back before and not promoted since must not answer.
    private async Task ServeAsync(VersionedModelRunner runner)
    {
        HashSet<string> before = Rejected(await runner.Versions.ReadAuditAsync().ConfigureAwait(false));
        await runner.Versions.RefreshAsync().ConfigureAwait(false);
        var context = new RunContext();
        using var inputs = new NamedValues();
        (await runner.RunAsync(inputs, context).ConfigureAwait(false)).Dispose();
        string served = context.Record.VersionServed!;
        IReadOnlyList<Decision> all = await runner.Versions.ReadAuditAsync().ConfigureAwait(false);
        if (before.Contains(served) && Rejected(all).Contains(served) && !all.Any(d => d.Action is DecisionActions.Promote or DecisionActions.Canary && d.Version == served && d.Sequence > all.Count - 50))
        {
            Worker.Say("fault", $"{name}: version '{served}' was rolled back and answered");
        }
    }

    private static HashSet<string> Rejected(IReadOnlyList<Decision> all)
    {
        var rejected = new HashSet<string>();
        foreach (Decision decision in all)
        {
            _ = decision.Action switch
            {
                DecisionActions.Rollback => rejected.Add(decision.Version),
                DecisionActions.Promote => rejected.Remove(decision.Version),
                _ => false,
            };
        }

        return rejected;
    }

    private void Publish()
    {
        int version = Directory.EnumerateDirectories(root).Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out int v) ? v : 0).Max() + 1;
        string aside = Path.Combine(root, $".{name}.{version}");
        Directory.CreateDirectory(aside);
        File.WriteAllText(Path.Combine(aside, "model.onnx"), _random.Next(5) == 0 ? "corrupt" : "1");
        try
        {
            Directory.Move(aside, Path.Combine(root, version.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The other was quicker.
            Directory.Delete(aside, recursive: true);
        }
    }
}
