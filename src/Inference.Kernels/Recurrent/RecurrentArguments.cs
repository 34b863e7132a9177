using System.Diagnostics;
using Inference.Kernels.Gemm;

namespace Inference.Kernels.Recurrent;

/// <summary>
/// One direction of a recurrent layer over a sequence, with the default activations. G gates: 4 for LSTM (order i, o, f, c), 3
/// for GRU (order z, r, h), as in ONNX. Pointers are borrowed for the call; null means absent (zeros).
/// </summary>
internal unsafe struct RecurrentArguments
{
    /// <summary>X [steps, batch, inputSize].</summary>
    public float* X;

    /// <summary>Wᵀ packed: [inputSize, G·hidden].</summary>
    public PackedMatrix InputWeights;

    /// <summary>Rᵀ packed: [hidden, G·hidden].</summary>
    public PackedMatrix HiddenWeights;

    /// <summary>Wb [G·hidden].</summary>
    public float* InputBias;

    /// <summary>Rb [G·hidden].</summary>
    public float* HiddenBias;

    /// <summary>LSTM peepholes [3·hidden], order i, o, f.</summary>
    public float* Peephole;

    /// <summary>Initial hidden state [batch, hidden].</summary>
    public float* InitialHidden;

    /// <summary>LSTM: initial cell state [batch, hidden].</summary>
    public float* InitialCell;

    /// <summary>All hidden states: element (t, b, h) at t·YStepStride + b·hidden + h; or null.</summary>
    public float* Y;

    /// <summary>Elements between steps of Y.</summary>
    public nint YStepStride;

    /// <summary>Last hidden state [batch, hidden]; required.</summary>
    public float* LastHidden;

    /// <summary>LSTM: last cell state [batch, hidden]; required.</summary>
    public float* LastCell;

    /// <summary>Steps of each batch entry, or null for all; hidden states beyond are 0.</summary>
    public int* SequenceLengths;

    /// <summary>Steps.</summary>
    public int Steps;

    /// <summary>Batch entries.</summary>
    public int Batch;

    /// <summary>Elements of an input.</summary>
    public int InputSize;

    /// <summary>Elements of a hidden state.</summary>
    public int HiddenSize;

    /// <summary>Whether the sequence is walked from its end.</summary>
    public bool Reverse;

    /// <summary>GRU: whether the hidden product is formed before the reset gate is applied.</summary>
    public bool LinearBeforeReset;

    /// <summary>Sizes of 0 or more, weights of these sizes and memory where there are elements.</summary>
    [Conditional("DEBUG")]
    internal readonly void Check()
    {
        KernelAssert.NotNegative(Steps);
        KernelAssert.NotNegative(Batch);
        KernelAssert.Run(X, (nint)Steps * Batch * InputSize);
        KernelAssert.Run(LastHidden, (nint)Batch * HiddenSize);
        Debug.Assert(InputWeights.Rows == InputSize && HiddenWeights.Rows == HiddenSize, "weights of the sizes stated");
        Debug.Assert(Y == null || YStepStride >= (nint)Batch * HiddenSize || Steps <= 1, "steps of Y that do not overlap");
    }
}
