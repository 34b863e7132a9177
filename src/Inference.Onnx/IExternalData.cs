namespace Inference.Onnx;

/// <summary>The external files that hold content of a model's tensors. Thread-safe.</summary>
internal interface IExternalData : IDisposable
{
    /// <summary>Bytes [start, start + length) of a tensor of <paramref name="total"/> bytes.</summary>
    ReadOnlyMemory<byte> Read(OnnxTensor tensor, long start, int length, long total);

    /// <summary>Refuses what <see cref="Read"/> refuses, also for a tensor without bytes.</summary>
    void Check(OnnxTensor tensor, long total);

    /// <summary>The path a tensor states.</summary>
    string Location(OnnxTensor tensor);

    /// <summary>The file a tensor names, with links followed; the encrypted model that holds it.</summary>
    string Path(OnnxTensor tensor);
}
