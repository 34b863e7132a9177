namespace Inference.Operators.Recurrent;

/// <summary>The tensors of one run of a recurrent operator, in one type; null where absent.</summary>
internal struct CellTensors
{
    public Tensor X;
    public Tensor W;
    public Tensor R;
    public Tensor? Bias;
    public Tensor? Lengths;
    public Tensor? InitialH;
    public Tensor? InitialC;
    public Tensor? Peepholes;
    public Tensor? Y;
    public Tensor? LastH;
    public Tensor? LastC;
    public CellWeights? PackedW;
    public CellWeights? PackedR;

    /// <summary>Whether the state is quantized to u8 by its own range before it is multiplied (LSTM in float only).</summary>
    public bool QuantizedState;
}
