using System.Globalization;
using Inference.Versioning;

namespace Inference.Replicas;

/// <summary>One process that works on the repository by editors, one a thread, until its steps are done or it is killed.</summary>
/// <param name="root">The model's folder.</param>
/// <param name="name">The process, in the ids of its steps.</param>
/// <param name="seed">Determines what it does.</param>
/// <param name="threads">The number of editors.</param>
/// <param name="steps">The steps of each; 0 for no end.</param>
/// <param name="isPromoting">Whether it only promotes, and does not publish.</param>
internal sealed class EditWorker(string root, string name, int seed, int threads, int steps, bool isPromoting)
{
    private static readonly string[] s_labels = ["stable", "next", "old"];

    /// <summary>An editor as every worker has it.</summary>
    public static RepositoryEditor Open(string root) => ModelRepository.Edit(root, new TextModelLoader(new Random(0)), new ModelRepositoryOptions
    {
        Versioning = new VersioningOptions { WarmupRuns = 0 },
        Load = new ModelLoadOptions { Name = "ranker" },
        Decisions = ReplicaWorker.Store(root),
    });

    /// <summary>Publishes a version by the files of a folder.</summary>
    public static async Task PublishAsync(RepositoryEditor editor, string source, string version, string reason) => await editor.PublishAsync(new PublishRequest
    {
        Model = Path.Combine(source, "some.onnx"), ExternalFiles = ["weights.bin"], Version = version, Actor = "worker", Reason = reason,
    }).ConfigureAwait(false);

    /// <summary>Runs.</summary>
    public async Task RunAsync()
    {
        Worker.Say("ready");
        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(() => ThreadAsync(t)))).ConfigureAwait(false);
    }

    private async Task ThreadAsync(int thread)
    {
        var random = new Random(seed + thread);
        using RepositoryEditor editor = Open(root);
        for (int i = 0; steps == 0 || i < steps; i++)
        {
            await StepAsync(editor, random, string.Create(CultureInfo.InvariantCulture, $"{name}-{thread}-{i}")).ConfigureAwait(false);
        }
    }

    private async Task StepAsync(RepositoryEditor editor, Random random, string id)
    {
        int[] there = [.. Directory.EnumerateDirectories(root).Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out int v) ? v : 0).Where(v => v > 0).OrderDescending()];
        string version = Text(there[random.Next(Math.Min(there.Length, 6))]);
        int kind = isPromoting ? 0 : random.Next(100);
        if (kind < 25)
        {
            await Worker.DoAsync(id, "promote", version, async () => await editor.PromoteAsync(version, name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (kind < 45)
        {
            await Worker.DoAsync(id, "rollback", "", async () => await editor.RollbackAsync(name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (kind < 60)
        {
            await Worker.DoAsync(id, "label", version, async () => await editor.SetLabelAsync(s_labels[random.Next(s_labels.Length)], version, name, id).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else
        {
            string next = Text(there[0] + 1);
            await Worker.DoAsync(id, "publish", next, () => PublishAsync(editor, EditRun.SourceOf(root), next, id)).ConfigureAwait(false);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
