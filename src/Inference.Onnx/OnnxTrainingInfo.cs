namespace Inference.Onnx;

/// <summary>How to train the model (<c>TrainingInfoProto</c>); inference ignores it, reading and writing keep it.</summary>
public sealed class OnnxTrainingInfo : OnnxMessage
{
    /// <summary>Computes initial values; null where there is none.</summary>
    public OnnxGraph? Initialization { get; set; }

    /// <summary>One step of training; null where there is none.</summary>
    public OnnxGraph? Algorithm { get; set; }

    /// <summary>From an initializer to the output of <see cref="Initialization"/> that gives its value.</summary>
    public OnnxMetadata InitializationBinding { get; } = new();

    /// <summary>From an initializer to the output of <see cref="Algorithm"/> that gives its new value.</summary>
    public OnnxMetadata UpdateBinding { get; } = new();
}
