namespace Inference.Layers;

/// <summary>How a matrix of weights lies in the span that a layer is made from. Layers copy weights, so both cost the same at run time.</summary>
public enum WeightOrder
{
    /// <summary>W[outputs, inputs], row-major: one row of weights for each output, as PyTorch's Linear and ONNX Gemm with transB = 1 hold it.</summary>
    OutputsByInputs = 0,

    /// <summary>W[inputs, outputs], row-major: as the right-hand side of ONNX MatMul, and of Gemm with transB = 0.</summary>
    InputsByOutputs = 1,
}
