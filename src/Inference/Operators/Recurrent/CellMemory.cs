namespace Inference.Operators.Recurrent;

/// <summary>Where the parts of a direction's scratch memory lie.</summary>
internal unsafe struct CellMemory<C>
    where C : unmanaged
{
    /// <summary>[S·B, G·H]: X × Wᵀ + bias.</summary>
    public C* Projected;

    /// <summary>[B, G·H].</summary>
    public C* Gates;

    /// <summary>[B, H].</summary>
    public C* H;

    /// <summary>[B, H]: the LSTM's cell state.</summary>
    public C* State;

    /// <summary>[B, H].</summary>
    public C* Temporary;

    /// <summary>[G·H].</summary>
    public C* RecurrentBias;

    /// <summary>[H].</summary>
    public C* Row;
}
