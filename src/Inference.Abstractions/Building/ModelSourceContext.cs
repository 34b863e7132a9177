namespace Inference;

/// <summary>What a replacement source (such as versioning) needs to create runners.</summary>
public sealed class ModelSourceContext
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The configured source; with versioning, the model's repository directory.</summary>
    public required ModelSource Source { get; init; }

    /// <summary>The configured load options; clone them for each version.</summary>
    public required ModelLoadOptions LoadOptions { get; init; }

    /// <summary>The service provider.</summary>
    public required IServiceProvider Services { get; init; }

    /// <summary>The loader.</summary>
    public required IModelLoader Loader { get; init; }

    /// <summary>The stages added by <see cref="IModelBuilder.PerVersion"/>; build them around each version's runner.</summary>
    public required ModelPipeline PerVersion { get; init; }
}
