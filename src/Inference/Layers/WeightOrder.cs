namespace Inference.Layers;

/// <summary>The order of a weight matrix in the span that a layer is created from. Layers copy weights, so both orders are equally fast at run time.</summary>
public enum WeightOrder
{
    /// <summary>W[outputs, inputs], row-major: one row of weights for each output, as in PyTorch's Linear and ONNX Gemm with transB = 1.</summary>
    OutputsByInputs = 0,

    /// <summary>W[inputs, outputs], row-major: as in the right-hand side of ONNX MatMul and of Gemm with transB = 0.</summary>
    InputsByOutputs = 1,
}
