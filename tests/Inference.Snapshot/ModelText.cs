using Inference.Cli.Data;
using Inference.Execution;
using Inference.Images;
using Inference.Ir;
using Inference.Loading;
using Inference.Planning;

namespace Inference.Snapshot;

/// <summary>What the engine makes of a model, as text: the graph after all rewrites, and for each stored set of inputs the plan's steps with the kernels they run.</summary>
internal static class ModelText
{
    // What takes longer says nothing more.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task<string> OfAsync(string folder)
    {
        var text = new GraphText();
        using var stop = new CancellationTokenSource(s_limit);
        try
        {
            using IModelRunner runner = await new ModelLoader(images: new ManagedImageDecoder()).LoadAsync(ModelSource.Directory(folder), new ModelLoadOptions { Threads = 2 }, stop.Token).ConfigureAwait(false);
            if (runner.GetService(typeof(ManagedModel)) is not ManagedModel managed)
            {
                return "another provider\n";
            }

            text.Line($"deterministic {runner.Info.Deterministic}, batch axis {runner.Info.BatchAxis?.ToString() ?? "-"}, rows independent {runner.Info.RowIndependent}");
            text.Graph(managed.Model.Executable.Graph);
            foreach (string set in Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
            {
                using NamedValues inputs = Inputs(runner, set);
                text.Line($"plan {Path.GetFileName(set)}");
                managed.Observe(inputs, (plan, _) => Steps(plan, text), stop.Token);
            }
        }
        catch (InferenceException exception)
        {
            text.Line($"{exception.GetType().Name}: {exception.Message.Replace(folder, "", StringComparison.Ordinal)}");
        }
        catch (OperationCanceledException)
        {
            text.Line("out of time");
        }

        return text.ToString();
    }

    private static int Steps(ExecutablePlan plan, GraphText text)
    {
        foreach (PlanStep step in plan.Plan.Steps)
        {
            string shapes = string.Join(", ", step.Outputs.Select(o => o < 0 || plan.Plan.Slots[o].Dims is not { } dims ? "-" : $"{plan.Plan.Slots[o].Type}[{string.Join(',', dims)}] {plan.Plan.Slots[o].Kind}"));
            text.Line($"  {GraphText.NameOf(step.Operator.GetType())} {(step.Kernel is null ? "-" : GraphText.NameOf(step.Kernel.GetType()))}{(step.IsDynamic ? " dynamic" : "")} → {shapes}");
        }

        return 0;
    }

    private static NamedValues Inputs(IModelRunner runner, string set)
    {
        var inputs = new NamedValues();
        for (int i = 0; i < runner.Info.Inputs.Count; i++)
        {
            string file = Path.Combine(set, $"input_{i}.pb");
            if (File.Exists(file))
            {
                inputs.Add(runner.Info.Inputs[i].Name, ProtobufValues.Read(file, runner.Info.Inputs[i].Type));
            }
        }

        return inputs;
    }
}
