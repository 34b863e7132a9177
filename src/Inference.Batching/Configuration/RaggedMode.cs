namespace Inference.Batching;

/// <summary>How calls are joined whose rows differ in shape.</summary>
public enum RaggedMode
{
    /// <summary>Only calls with equal row shapes are joined. Always exact.</summary>
    Separate,
    /// <summary>Axes without a fixed size are padded at the end, and the outputs are cropped back where they carry the same symbol. Only for models that ignore the padding, such as those with an attention mask.</summary>
    Pad,
}
