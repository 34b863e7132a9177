using Inference.Onnx;
using Inference.Optimization.Sparsification;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Sparsification;

/// <summary>x [batch, tokens, 3 · heads · size] → queries, keys and values → attention → y [batch, tokens, heads · size]; with a computed mask, keys [batch, tokens] is added to the scores too, and their divisor is computed.</summary>
internal sealed class AttentionModel(int tokens, int heads, int size, float[]? mask = null, bool computed = false)
{
    public int Tokens => tokens;

    /// <summary>Scales the queries before, the scores behind, and adds the mask between two scales if there is one.</summary>
    public OnnxModel Build(OnnxDimension? length = null)
    {
        var nodes = new List<OnnxNode>
        {
            new("Reshape", ["x", "parts"], ["p"]),
            new("Transpose", ["p"], ["t"]) { Attributes = { OnnxAttribute.FromInts("perm", [2, 0, 3, 1, 4]) } },
            new("Split", ["t", "ones"], ["q0", "k0", "v0"]) { Attributes = { OnnxAttribute.FromInt("axis", 0) } },
            new("Squeeze", ["q0", "zero"], ["q"]),
            new("Squeeze", ["k0", "zero"], ["k"]),
            new("Squeeze", ["v0", "zero"], ["v"]),
            new("Transpose", ["k"], ["kt"]) { Attributes = { OnnxAttribute.FromInts("perm", [0, 1, 3, 2]) } },
            new("MatMul", ["q", "kt"], ["s"]),
            new("Div", ["s", "two"], ["s1"]),
            new("Softmax", [mask is null ? "s1" : "s3"], ["w"], name: "weights") { Attributes = { OnnxAttribute.FromInt("axis", -1) } },
            new("MatMul", ["w", "v"], ["a"]),
            new("Transpose", ["a"], ["b"]) { Attributes = { OnnxAttribute.FromInts("perm", [0, 2, 1, 3]) } },
            new("Reshape", ["b", "flat"], ["y"]),
        };
        if (mask is not null)
        {
            nodes.InsertRange(9, [new OnnxNode("Add", ["m", "s1"], ["s2"]), new OnnxNode("Mul", ["s2", "half"], ["s3"])]);
        }

        if (computed)
        {
            nodes.InsertRange(8, [new OnnxNode("Unsqueeze", ["keys", "axes"], ["r"]), new OnnxNode("Add", ["s", "r"], ["sr"]), new OnnxNode("Sqrt", ["four"], ["root"])]);
            (nodes[11].Inputs[0], nodes[11].Inputs[1]) = ("sr", "root");
        }

        OnnxModel model = SmallModels.Model(
            13, "x", ["batch", length ?? tokens, 3 * heads * size], "y", nodes,
            [
                OnnxTensor.Create<long>("parts", [0, 0, 3, heads, size], 5),
                OnnxTensor.Create<long>("ones", [1, 1, 1], 3),
                OnnxTensor.Create<long>("zero", [0], 1),
                OnnxTensor.Create<long>("flat", [0, 0, heads * size], 3),
                OnnxTensor.Create<long>("axes", [1, 2], 2),
                OnnxTensor.Create<float>("two", [2f]),
                OnnxTensor.Create<float>("four", [4f]),
                OnnxTensor.Create<float>("half", [0.5f]),
                .. mask is null ? Array.Empty<OnnxTensor>() : [OnnxTensor.Create<float>("m", mask, 1, 1, mask.Length / tokens, tokens)],
            ]);
        if (computed)
        {
            model.Graph.Inputs.Add(new OnnxValueInfo("keys", OnnxType.Tensor(OnnxElementType.Float32, "batch", tokens)));
        }

        return model;
    }

    /// <summary>The outputs, in float64, if each head sees only its pattern's keys.</summary>
    public float[] Expected(ReadOnlySpan<float> x, int rows, IReadOnlyList<AttentionPattern> patterns, float[]? keys = null)
    {
        var y = new float[rows * tokens * heads * size];
        for (int row = 0; row < rows; row++)
        {
            for (int head = 0; head < heads; head++)
            {
                for (int query = 0; query < tokens; query++)
                {
                    ReadOnlySpan<float> q = Part(x, row, query, 0, head);
                    var terms = new double[tokens];
                    double sum = 0;
                    for (int key = 0; key < tokens; key++)
                    {
                        double score = (Dot(q, Part(x, row, key, 1, head)) + (keys?[(row * tokens) + key] ?? 0)) / 2;
                        if (mask is not null)
                        {
                            score = (score + mask[(mask.Length == tokens ? 0 : query * tokens) + key]) * 0.5;
                        }

                        sum += terms[key] = patterns[head].Sees(query, key) ? Math.Exp(score) : 0;
                    }

                    for (int i = 0; i < size; i++)
                    {
                        double value = 0;
                        for (int key = 0; key < tokens; key++)
                        {
                            value += terms[key] * Part(x, row, key, 2, head)[i];
                        }

                        y[(((((row * tokens) + query) * heads) + head) * size) + i] = (float)(value / sum);
                    }
                }
            }
        }

        return y;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    private ReadOnlySpan<float> Part(ReadOnlySpan<float> x, int row, int token, int part, int head) => x.Slice(((((((row * tokens) + token) * 3) + part) * heads) + head) * size, size);
}
