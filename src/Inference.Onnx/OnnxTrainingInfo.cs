namespace Inference.Onnx;

/// <summary>Training graphs of the model (<c>TrainingInfoProto</c>); ignored by inference, but preserved when reading and writing.</summary>
public sealed class OnnxTrainingInfo : OnnxMessage
{
    /// <summary>Computes the initial values; null if there is none.</summary>
    public OnnxGraph? Initialization { get; set; }

    /// <summary>One training step; null if there is none.</summary>
    public OnnxGraph? Algorithm { get; set; }

    /// <summary>Maps an initializer to the output of <see cref="Initialization"/> that provides its value.</summary>
    public OnnxMetadata InitializationBinding { get; } = new();

    /// <summary>Maps an initializer to the output of <see cref="Algorithm"/> that provides its new value.</summary>
    public OnnxMetadata UpdateBinding { get; } = new();
}
