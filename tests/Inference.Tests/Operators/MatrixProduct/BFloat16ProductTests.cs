using Inference.Diagnostics;
using Inference.Kernels;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Operators.MatrixProduct;

/// <summary>Products of models that are loaded with <see cref="ModelPrecision.AllowBFloat16"/>.</summary>
public sealed class BFloat16ProductTests
{
    private const int Depth = 70;
    private const int Columns = 40;

    private static readonly string? s_kernel = KernelInventory.List().FirstOrDefault(static k => k.Family == "gemm_bf16" && k.IsChosen)?.Name;

    [Theory]
    [InlineData("MatMul")]
    [InlineData("Gemm")]
    [InlineData("Linear")]
    public void Run_Allowed_IsTheProductOfRoundedOperands(string form)
    {
        byte[] model = Model(form, weightsAsBFloat16: false);
        using NamedValues inputs = Inputs();
        float[] got = Run(model, inputs, ModelPrecision.AllowBFloat16, out string kernel);
        if (s_kernel is null)
        {
            // A process without the instruction, or without executable memory, computes in f32 and says so.
            Assert.StartsWith("gemm_f32", kernel, StringComparison.Ordinal);
            Assert.Equal(Run(model, inputs, ModelPrecision.Float32, out _), got);
            return;
        }

        Assert.Equal(s_kernel, kernel);
        Check(inputs, got, form, Round);
        Assert.NotEqual(Run(model, inputs, ModelPrecision.Float32, out _), got);
    }

    [Fact]
    public void Run_ByDefault_IsInFloat32()
    {
        using NamedValues inputs = Inputs();
        float[] got = Run(Model("MatMul", weightsAsBFloat16: false), inputs, new ModelLoadOptions().Precision, out string kernel);
        Assert.StartsWith("gemm_f32", kernel, StringComparison.Ordinal);
        Check(inputs, got, "MatMul", static x => x);
    }

    /// <summary>Weights that are stored in bfloat16 behind a Cast to f32 lose nothing when they are packed in bfloat16 again.</summary>
    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.AllowBFloat16)]
    public void Run_WeightsStoredAsBFloat16_EqualsThoseRounded(ModelPrecision precision)
    {
        using NamedValues inputs = Inputs();
        float[] stored = Run(Model("MatMul", weightsAsBFloat16: true), inputs, precision, out string kernel);
        Assert.Equal(precision == ModelPrecision.AllowBFloat16 && s_kernel is not null, kernel == s_kernel);
        float[] rounded = Run(Model("MatMul", weightsAsBFloat16: false, Round), inputs, precision, out _);
        Assert.Equal(rounded, stored);
    }

    private static float[] Run(byte[] model, NamedValues inputs, ModelPrecision precision, out string kernel)
    {
        using IModelRunner runner = ModelLoader.Default.Load(ModelSource.Bytes(model), new ModelLoadOptions { Precision = precision, Threads = 1 });
        kernel = ModelProfiler.Profile(runner, inputs, runs: 1, warmup: TimeSpan.Zero).Nodes.Single(n => n.Macs > 0).Kernel;
        using NamedValues outputs = runner.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }

    private static void Check(NamedValues inputs, float[] got, string form, Func<float, float> round)
    {
        ReadOnlySpan<float> x = inputs["x"].AsSpan<float>();
        float[] w = Weights();
        for (int i = 0; i < got.Length; i++)
        {
            (double sum, double magnitude) = (0, 1);
            for (int k = 0; k < Depth; k++)
            {
                double product = (double)round(x[(i / Columns * Depth) + k]) * round(w[(k * Columns) + (i % Columns)]);
                sum += product;
                magnitude += Math.Abs(product);
            }

            double want = form == "Linear" ? Math.Max(0, sum + 0.25) : sum;
            Assert.Equal(want, got[i], 2 * (Depth + 8) * Math.Pow(2, -24) * magnitude);
        }
    }

    private static float Round(float x)
    {
        float unit = MathF.ScaleB(1, MathF.ILogB(x) - 7);
        return MathF.Round(x / unit, MidpointRounding.ToEven) * unit;
    }

    private static float[] Weights() => Numbers(Depth * Columns, 1);

    private static NamedValues Inputs() => new() { ["x"] = TensorValue.Copy(Numbers(9 * Depth, 2), [9, Depth]) };

    private static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static byte[] Model(string form, bool weightsAsBFloat16, Func<float, float>? round = null)
    {
        OnnxModel model = SmallModels.Model(13);
        float[] weights = Array.ConvertAll(Weights(), w => round is null ? w : round(w));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 9, Depth)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 9, Columns)));
        if (weightsAsBFloat16)
        {
            byte[] bytes = [.. weights.SelectMany(w => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(Round(w)) >> 16)))];
            model.Graph.Initializers.Add(OnnxTensor.FromBytes("stored", OnnxElementType.BFloat16, bytes, Depth, Columns));
            var cast = new OnnxNode("Cast", ["stored"], ["W"]);
            cast.Attributes.Add(OnnxAttribute.FromInt("to", (long)OnnxElementType.Float32));
            model.Graph.Nodes.Add(cast);
        }
        else
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", weights, Depth, Columns));
        }

        if (form == "Linear")
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", Enumerable.Repeat(0.25f, Columns).ToArray(), Columns));
            model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
            model.Graph.Nodes.Add(new("Add", ["m", "b"], ["a"]));
            model.Graph.Nodes.Add(new("Relu", ["a"], ["y"]));
        }
        else
        {
            model.Graph.Nodes.Add(new(form, ["x", "W"], ["y"]));
        }

        return model.ToArray();
    }
}
