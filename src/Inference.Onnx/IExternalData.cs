namespace Inference.Onnx;

/// <summary>The external files that hold content of a model's tensors. Thread-safe.</summary>
internal interface IExternalData : IDisposable
{
    /// <summary>Bytes [start, start + length) of a tensor of <paramref name="total"/> bytes.</summary>
    ReadOnlyMemory<byte> Read(OnnxTensor tensor, long start, int length, long total);

    /// <summary>The file a tensor names, with links followed.</summary>
    string Path(OnnxTensor tensor);
}
