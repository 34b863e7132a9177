namespace Inference.Batching;

/// <summary>Specifies how calls whose rows differ in shape are combined.</summary>
public enum RaggedMode
{
    /// <summary>Only calls with equal row shapes are combined. Always exact.</summary>
    Separate,
    /// <summary>Axes of dynamic size are padded at the end, and outputs are cropped along axes that carry the same symbol. Use it only for models that ignore padding, such as those with an attention mask.</summary>
    Pad,
}
