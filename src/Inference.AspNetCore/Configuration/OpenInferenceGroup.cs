namespace Inference.AspNetCore;

/// <summary>Groups of requests to which access is granted together.</summary>
public enum OpenInferenceGroup
{
    /// <summary>Inference and embeddings.</summary>
    Infer,
    /// <summary>Metadata of the server and of models, readiness of models, the OpenAPI document.</summary>
    Metadata,
    /// <summary>The index of the repository.</summary>
    Repository,
    /// <summary>Statistics of models.</summary>
    Statistics,
    /// <summary>Reports of what became of predictions.</summary>
    Feedback,
    /// <summary>Loading and unloading of models.</summary>
    Admin,
}
