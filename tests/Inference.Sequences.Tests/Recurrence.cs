using System.Collections.Concurrent;
using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Sequences.Tests;

/// <summary>A fake model with a state, in a pipeline with sequences: <c>x: float32[N,1], s: float32[N,1] → y, t</c>, where t = s / 2 + x and y = t + 1 for each row. Its clock is moved by hand.</summary>
internal sealed class Recurrence : IDisposable
{
    private static readonly ModelValueType s_column = ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(1)]);

    public Recurrence(Action<SequenceOptions>? configure = null, Func<ModelRunnerBuilder, ModelRunnerBuilder>? more = null, string name = "recurrence", ModelInfo? info = null)
    {
        Model = new FakeRunner(info ?? Info(name), Compute) { Clock = Clock };
        ModelRunnerBuilder builder = Model.AsBuilder().UseSequences(o =>
        {
            o.States.Add("t", "s");
            configure?.Invoke(o);
        });
        Runner = (more?.Invoke(builder) ?? builder).Build(TestServices.WithClock(Clock));
    }

    public FakeTimeProvider Clock { get; } = new();

    public FakeRunner Model { get; }

    public IModelRunner Runner { get; }

    public int Count => Runner.GetService<ISequences>()!.Count;

    /// <summary>The states that the model took, in order of its runs.</summary>
    public ConcurrentQueue<TensorValue> Taken { get; } = new();

    /// <summary>The states that the model left, in order of its runs.</summary>
    public ConcurrentQueue<TensorValue> Left { get; } = new();

    public static ModelInfo Info(string name = "recurrence") => new()
    {
        Name = name,
        Digest = "",
        Inputs = [new ModelPort("x", s_column), new ModelPort("s", s_column)],
        Outputs = [new ModelPort("y", s_column), new ModelPort("t", s_column)],
        BatchAxis = 0,
        RowIndependent = true,
        Provider = "fake",
    };

    public static NamedValues Inputs(params float[] x) => new() { ["x"] = TensorValue.Copy(x, [x.Length, 1]) };

    /// <summary>What the calls of one sequence answer.</summary>
    public static float[] Expected(IEnumerable<float> xs, float state = 0)
    {
        var answers = new List<float>();
        foreach (float x in xs)
        {
            state = (state / 2) + x;
            answers.Add(state + 1);
        }

        return [.. answers];
    }

    public static async Task<float> Run(Sequence sequence, float x, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        using NamedValues inputs = Inputs(x);
        using NamedValues outputs = await sequence.RunAsync(inputs, context, cancellationToken);
        return outputs["y"].AsSpan<float>()[0];
    }

    public async Task<float> Run(SequenceCall? call, float x, string? tenant = null, string? subject = null)
    {
        using NamedValues inputs = Inputs(x);
        using NamedValues outputs = await Runner.RunAsync(inputs, new RunContext { Sequence = call, Tenant = tenant, Subject = subject });
        return outputs["y"].AsSpan<float>()[0];
    }

    public static bool IsFree(TensorValue value)
    {
        try
        {
            _ = value.AsBytes();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    public void AssertAllFree() => Assert.All(Taken.Concat(Left), value => Assert.True(IsFree(value), "A state was not freed."));

    public void Dispose()
    {
        Model.Gate.Open();
        Runner.Dispose();
    }

    private NamedValues Compute(NamedValues inputs)
    {
        TensorValue x = inputs["x"], s = inputs["s"];
        float[] t = [.. s.AsSpan<float>().ToArray().Zip(x.AsSpan<float>().ToArray(), (before, now) => (before / 2) + now)];
        TensorValue left = TensorValue.Copy(t, x.Shape);
        Taken.Enqueue(s);
        Left.Enqueue(left);
        return new NamedValues { ["y"] = TensorValue.Copy<float>([.. t.Select(v => v + 1)], x.Shape), ["t"] = left };
    }
}
