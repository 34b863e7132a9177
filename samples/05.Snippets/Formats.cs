using Inference.Kernels.Gemm;
using Inference.Onnx;

namespace Snippets;

internal static class Formats
{
    public static void Onnx(float[] weights)
    {
        #region onnx
        var model = new OnnxModel { IrVersion = 8, OperatorSets = { new OnnxOperatorSet("", 17) } };
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 64)));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 8)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, 64, 8));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["x", "w"], ["y"]));
        model.Save("linear.onnx");
        #endregion
    }

    #region kernels
    /// <summary>C[M,N] = A[M,K] × B[K,N] on the best kernel of this processor.</summary>
    public static void Multiply(float[] a, float[] b, float[] c, int m, int n, int k) =>
        MatrixProduct.Multiply(a, transposeA: false, b, transposeB: false, c, m, n, k, threads: Environment.ProcessorCount);
    #endregion
}
