using System.Diagnostics;
using Inference.Engine;
using Inference.Execution;
using Inference.Kernels.Simd;
using Inference.Loading;
using Inference.Planning;

namespace Inference.Diagnostics;

/// <summary>Profiles models on the managed engine step by step. Thread-safe; no overhead when not in use.</summary>
public static class ModelProfiler
{
    /// <summary>Runs a model and measures the time of each step.</summary>
    /// <param name="runner">A runner on the managed engine, or middleware that wraps one.</param>
    /// <param name="inputs">The inputs of each run.</param>
    /// <param name="runs">The number of runs to measure, 1 or more; 10 by default. The time of a step is the median over these runs.</param>
    /// <param name="warmup">How long to run before measuring, so that code is compiled and caches are warm; at least one run. Null, the default, for half a second.</param>
    /// <param name="cancellationToken">Stops the measurement between steps.</param>
    /// <exception cref="InferenceException">The runner is not on the managed engine.</exception>
    public static ModelProfile Profile(IModelRunner runner, NamedValues inputs, int runs = 10, TimeSpan? warmup = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        return Managed(runner).Observe(inputs, (plan, frame) => Observe(plan, frame, runs, warmup ?? TimeSpan.FromSeconds(0.5)), cancellationToken);
    }

    /// <summary>Counts the multiply-accumulate operations of a run on inputs of these shapes, without running the model. Excludes subgraphs and steps whose shapes depend on computed values.</summary>
    /// <param name="runner">A runner on the managed engine, or middleware that wraps one.</param>
    /// <param name="inputs">The inputs.</param>
    /// <exception cref="InferenceException">The runner is not on the managed engine.</exception>
    public static long CountMacs(IModelRunner runner, NamedValues inputs)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(inputs);
        return Managed(runner).Observe(inputs, (plan, frame) => plan.Plan.Steps.Sum(step => Macs(step, frame)));
    }

    private static ManagedModel Managed(IModelRunner runner) => runner.GetService(typeof(ManagedModel)) as ManagedModel
        ?? throw new InferenceException($"Model '{runner.Info.Name}' runs on '{runner.Info.Provider}': only the managed engine can be profiled. Load the model on the provider 'cpu'.");

    private static ModelProfile Observe(ExecutablePlan plan, ExecutionFrame frame, int runs, TimeSpan warmup)
    {
        PlanStep[] steps = plan.Plan.Steps;
        var times = new long[steps.Length][];
        var starts = new long[steps.Length];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = new long[runs];
        }

        long started = Stopwatch.GetTimestamp();
        do
        {
            frame.Execute();
        }
        while (Stopwatch.GetElapsedTime(started) < warmup);

        for (int run = 0; run < runs; run++)
        {
            int index = 0;
            long begin = Stopwatch.GetTimestamp();
            frame.ExecuteObserved((_, elapsed) =>
            {
                times[index][run] = elapsed;
                starts[index++] = Stopwatch.GetTimestamp() - elapsed - begin;
            });
        }

        double peak = 2e-9 * MultiplyAddPeak.Measure(frame.Threads);
        TimeSpan[] medians = Array.ConvertAll(times, Median);
        var nodes = new NodeProfile[steps.Length];
        int next = 0;
        frame.ExecuteObserved((step, _) =>
        {
            nodes[next] = Describe(step, frame, TimeSpan.FromSeconds((double)starts[next] / Stopwatch.Frequency), medians[next]);
            next++;
        });
        return new ModelProfile { Runs = runs, Total = TimeSpan.FromTicks(medians.Sum(m => m.Ticks)), Nodes = nodes, ArenaBytes = plan.Plan.ArenaBytes, PeakGigaflopsPerSecond = peak };
    }

    private static TimeSpan Median(long[] times)
    {
        Array.Sort(times);
        return TimeSpan.FromSeconds((double)times[times.Length / 2] / Stopwatch.Frequency);
    }

    private static NodeProfile Describe(PlanStep step, ExecutionFrame frame, TimeSpan start, TimeSpan time)
    {
        EngineValue?[] inputs = Array.ConvertAll(step.Inputs, frame.ValueIn);
        EngineValue?[] outputs = Array.ConvertAll(step.Outputs, frame.ValueIn);
        return new NodeProfile
        {
            Name = step.Node.Name.Length > 0 ? step.Node.Name : step.Node.Outputs.FirstOrDefault(o => o is not null)?.Name ?? "",
            Operator = step.Node.QualifiedType,
            Kernel = step.Kernel?.KernelName ?? "",
            Start = start,
            Time = time,
            InputBytes = inputs.Sum(Bytes),
            OutputBytes = outputs.Sum(Bytes),
            Macs = Macs(step, frame),
            OutputType = outputs.FirstOrDefault(o => o is not null)?.ToString() ?? "",
        };
    }

    private static long Macs(PlanStep step, ExecutionFrame frame)
    {
        EngineValue?[] inputs = Array.ConvertAll(step.Inputs, frame.ValueIn);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is null && step.Inputs[i] >= 0)
            {
                return 0;
            }
        }

        var context = new ActualInferContext();
        context.Reset(step.Node, inputs);
        return step.Operator.CountMacs(context);
    }

    private static long Bytes(EngineValue? value) => value switch
    {
        Tensor tensor => tensor.ByteCount,
        SequenceData sequence => sequence.Items.Sum(Bytes),
        OptionalData { Value: { } inner } => Bytes(inner),
        MapData map => Bytes(map.Keys) + Bytes(map.Values),
        _ => 0,
    };
}
