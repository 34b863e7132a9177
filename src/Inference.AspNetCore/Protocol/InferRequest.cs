namespace Inference.AspNetCore.Protocol;

/// <summary>A request for inference, read and checked as far as it can be without its model.</summary>
internal sealed class InferRequest : IDisposable
{
    public string ModelName { get; set; } = "";

    public string ModelVersion { get; set; } = "";

    /// <summary>The caller's identifier; null if there is none.</summary>
    public string? Id { get; set; }

    /// <summary>The inputs; owned.</summary>
    public NamedValues Inputs { get; } = new();

    /// <summary>The outputs that the request names, in its order; null: all.</summary>
    public List<RequestedOutput>? Outputs { get; set; }

    public CallParameters Parameters { get; } = new();

    public void Dispose() => Inputs.Dispose();
}
