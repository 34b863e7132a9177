using Inference.Onnx;

namespace Inference.Benchmarks.Speed;

/// <summary>Models of matrix products with constant weights.</summary>
internal static class ProductModels
{
    /// <summary>y[m,n] = x[m,k] × W.</summary>
    public static byte[] MatMul(int m, int n, int k)
    {
        OnnxModel model = Model();
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", Numbers(k * n, 1), k, n));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, m, k)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, m, n)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["y"]));
        return model.ToArray();
    }

    /// <summary>y[m,n] = (x[m,k] − 128) × W in integers, x u8 and W s8.</summary>
    public static byte[] MatMulInteger(int m, int n, int k)
    {
        OnnxModel model = Model();
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("W", Array.ConvertAll(Numbers(k * n, 1), v => (sbyte)(v * 127)), k, n));
        model.Graph.Initializers.Add(OnnxTensor.Create<byte>("zero", [128]));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.UInt8, m, k)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Int32, m, n)));
        model.Graph.Nodes.Add(new("MatMulInteger", ["x", "W", "zero"], ["y"]));
        return model.ToArray();
    }

    /// <summary>y[m,n] = (x[m,k] × A[k,r]) × B[r,n]; with <paramref name="separate"/> the product in the middle is an output too, so that nothing joins the two.</summary>
    public static byte[] LowRank(int m, int n, int k, int rank, bool separate)
    {
        OnnxModel model = Model();
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("A", Numbers(k * rank, 1), k, rank));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("B", Numbers(rank * n, 2), rank, n));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, m, k)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, m, n)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "A"], ["t"]));
        model.Graph.Nodes.Add(new("MatMul", ["t", "B"], ["y"]));
        if (separate)
        {
            model.Graph.Outputs.Add(new("t", OnnxType.Tensor(OnnxElementType.Float32, m, rank)));
        }

        return model.ToArray();
    }

    public static float[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = random.NextSingle() - 0.5f;
        }

        return numbers;
    }

    private static OnnxModel Model()
    {
        var model = new OnnxModel { IrVersion = 8, ProducerName = "benchmarks" };
        model.Graph.Name = "product";
        model.OperatorSets.Add(new("", 13));
        return model;
    }
}
