using Inference.Execution;
using Inference.Import;
using Inference.Onnx;
using Inference.Planning;

namespace Inference.Tests.Passes.Equivalence;

/// <summary>Runs a random model as it is written and as passes rewrite it.</summary>
internal static class PassEquivalence
{
    /// <summary>What differs; null where both give the same values, or both are refused.</summary>
    public static string? Compare(int seed, out bool refused)
    {
        (byte[] model, IReadOnlyList<(string Name, float[] Data, long[] Dims)> inputs, float scale) = RandomModel.Make(seed);
        object plain = Run(model, inputs, passes: false);
        object rewritten = Run(model, inputs, passes: true);
        refused = plain is Exception;
        if (plain is Exception first)
        {
            // Rewritten it may run: nodes that nobody needs are gone, and what was wrong with them.
            return Defect(first) ?? (rewritten is Exception second ? Defect(second) : null);
        }

        if (rewritten is Exception error)
        {
            return $"{Defect(error) ?? "refused only after rewriting"}: {error.Message}";
        }

        var want = (EngineValue?[])plain;
        var got = (EngineValue?[])rewritten;
        for (int i = 0; i < want.Length; i++)
        {
            if (Differ(want[i] as Tensor, got[i] as Tensor, scale) is { } difference)
            {
                return $"output {i}: {difference}";
            }
        }

        return null;
    }

    private static object Run(byte[] model, IReadOnlyList<(string Name, float[] Data, long[] Dims)> inputs, bool passes)
    {
        try
        {
            using OnnxModel file = OnnxModel.Read(model);
            ModelGraph graph = ModelImporter.Import(file).RequireKnown().Graph;
            ShapeInference.Run(graph, "random");
            if (passes)
            {
                PassPipeline.Run(graph, "random", verify: true);
            }

            using var shared = new SharedConstants();
            using var executable = new GraphExecutable("random", graph, shared, 1, 4);
            var outputs = new EngineValue?[graph.Outputs.Count];
            executable.RunInner([.. inputs.Select(i => Tensor.Create<float>(i.Data, i.Dims))], outputs, new RunControl(MemoryBudget.Unlimited));
            return outputs;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    // An exception that is not ours, or that carries one which is not.
    private static string? Defect(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is not InferenceException)
            {
                return $"{inner.GetType().Name}: {inner.Message} {inner.StackTrace}";
            }
        }

        return null;
    }

    private static string? Differ(Tensor? want, Tensor? got, float scale)
    {
        if (want is null || got is null || want.Type != got.Type || !want.Dims.SequenceEqual(got.Dims))
        {
            return $"expected {want}, got {got}";
        }

        if (want.Type != ElementType.Float32)
        {
            return null;
        }

        ReadOnlySpan<float> x = want.Span<float>();
        ReadOnlySpan<float> y = got.Span<float>();
        float largest = 1f;
        foreach (float value in x)
        {
            largest = float.IsFinite(value) ? Math.Max(largest, MathF.Abs(value)) : largest;
        }

        // A value may fall on either side of a rounding to 8 bits, and a norm after it make more of that: some elements may be further away.
        float bound = scale > 0 ? (3f * scale) + (0.01f * largest) : 1e-4f * largest;
        int further = scale > 0 ? Math.Max(1, x.Length / 10) : 0;
        for (int i = 0; i < x.Length; i++)
        {
            float distance = x[i].Equals(y[i]) ? 0f : MathF.Abs(x[i] - y[i]);
            if (!(distance <= bound) && (--further < 0 || !(distance <= 4f * bound)))
            {
                return $"element {i} of {want}: expected {x[i]}, got {y[i]}";
            }
        }

        return null;
    }
}
