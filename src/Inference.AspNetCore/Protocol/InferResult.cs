namespace Inference.AspNetCore.Protocol;

/// <summary>The answer of a call. Owns the outputs.</summary>
internal sealed class InferResult(NamedValues values, ResultTensor[] outputs) : IDisposable
{
    public required string ModelName { get; init; }

    /// <summary>The version that served the call; empty without versions.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The request's identifier; null if it had none.</summary>
    public string? Id { get; init; }

    /// <summary>The identifier for feedback; null if nobody takes feedback.</summary>
    public Guid? PredictionId { get; init; }

    public ReadOnlySpan<ResultTensor> Outputs => outputs;

    public void Dispose()
    {
        foreach (ResultTensor output in outputs)
        {
            if (output.IsOwned)
            {
                output.Value.Dispose();
            }
        }

        values.Dispose();
    }
}
