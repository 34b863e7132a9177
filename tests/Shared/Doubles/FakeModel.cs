using System.Security.Cryptography;
using System.Text;

namespace Inference.TestSupport;

/// <summary>A small model for doubles: <c>x: float32[N,4] → y: float32[N,2]</c>, where y = [Σ xᵢ, x₀ · 2 + 1] for each row.</summary>
public static class FakeModel
{
    /// <summary>Name of the input.</summary>
    public const string Input = "x";

    /// <summary>Name of the output.</summary>
    public const string Output = "y";

    /// <summary>Elements of an input row.</summary>
    public const int InputWidth = 4;

    /// <summary>Elements of an output row.</summary>
    public const int OutputWidth = 2;

    /// <summary>The description of the model; change it with <c>with</c>.</summary>
    public static ModelInfo Info(string name = "fake", string version = "", string? digest = null) => new()
    {
        Name = name,
        Version = version,
        Digest = digest ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name + "/" + version))),
        Inputs = [new ModelPort(Input, ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(InputWidth)]))],
        Outputs = [new ModelPort(Output, ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(OutputWidth)]))],
        BatchAxis = 0,
        RowIndependent = true,
        Deterministic = true,
        Provider = "fake",
    };

    /// <summary>Inputs whose row r holds <c>[ids[r], 1, 2, 3]</c>.</summary>
    public static NamedValues Rows(params ReadOnlySpan<float> ids)
    {
        float[] data = new float[ids.Length * InputWidth];
        for (int r = 0; r < ids.Length; r++)
        {
            ((ReadOnlySpan<float>)[ids[r], 1, 2, 3]).CopyTo(data.AsSpan(r * InputWidth));
        }

        return new NamedValues { [Input] = TensorValue.Copy<float>(data, [ids.Length, InputWidth]) };
    }

    /// <summary>The outputs the model gives for these inputs.</summary>
    public static NamedValues Compute(NamedValues inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        TensorValue x = inputs[Input];
        int rows = (int)x.Shape[0];
        ReadOnlySpan<float> source = x.AsSpan<float>();
        float[] y = new float[rows * OutputWidth];
        for (int r = 0; r < rows; r++)
        {
            float sum = 0;
            foreach (float value in source.Slice(r * InputWidth, InputWidth))
            {
                sum += value;
            }

            y[r * OutputWidth] = sum;
            y[r * OutputWidth + 1] = source[r * InputWidth] * 2 + 1;
        }

        return new NamedValues { [Output] = TensorValue.Copy<float>(y, [rows, OutputWidth]) };
    }

    /// <summary>What row <paramref name="id"/> of <see cref="Rows"/> gives.</summary>
    public static float[] Expected(float id) => [id + 1 + 2 + 3, id * 2 + 1];
}
