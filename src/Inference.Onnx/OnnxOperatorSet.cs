namespace Inference.Onnx;

/// <summary>An operator set that a model or function imports (<c>OperatorSetIdProto</c>).</summary>
public sealed class OnnxOperatorSet : OnnxMessage
{
    /// <summary>Creates an empty import.</summary>
    public OnnxOperatorSet()
    {
    }

    /// <summary>Creates an import.</summary>
    /// <param name="domain">The domain; "" for ai.onnx.</param>
    /// <param name="version">The version.</param>
    public OnnxOperatorSet(string domain, long version)
    {
        Domain = domain;
        Version = version;
    }

    /// <summary>The domain as stated in the file; "" and "ai.onnx" denote the standard operators.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The version.</summary>
    public long Version { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{(Domain.Length == 0 ? "ai.onnx" : Domain)} v{Version}";
}
