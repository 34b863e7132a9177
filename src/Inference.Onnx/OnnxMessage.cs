namespace Inference.Onnx;

/// <summary>Base class of the ONNX messages: preserves fields that this library does not recognize, so that writing a model back loses nothing.</summary>
public abstract class OnnxMessage
{
    private protected OnnxMessage()
    {
    }

    /// <summary>Fields that this library does not recognize. Each slice of the bytes that were read holds one or more whole tagged fields, unmodified; they are written after the known fields.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> UnknownFields => (IReadOnlyList<ReadOnlyMemory<byte>>?)Unknown ?? [];

    internal List<ReadOnlyMemory<byte>>? Unknown { get; set; }

    /// <summary>Removes the <see cref="UnknownFields"/> of this message.</summary>
    public void ClearUnknownFields() => Unknown = null;
}
