namespace Inference.Onnx;

/// <summary>Base of the ONNX messages: keeps the fields this library does not know, so that writing a model back loses nothing.</summary>
public abstract class OnnxMessage
{
    private protected OnnxMessage()
    {
    }

    /// <summary>Fields of a newer format version, each slice one or more whole tagged fields as they came. Written back after the known ones. Slices of the bytes that were read.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> UnknownFields => (IReadOnlyList<ReadOnlyMemory<byte>>?)Unknown ?? [];

    internal List<ReadOnlyMemory<byte>>? Unknown { get; set; }

    /// <summary>Drops <see cref="UnknownFields"/> of this message.</summary>
    public void ClearUnknownFields() => Unknown = null;
}
