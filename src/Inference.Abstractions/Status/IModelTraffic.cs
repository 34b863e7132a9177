namespace Inference.Status;

/// <summary>The recent calls of a model. Obtained from <see cref="IModelRunner.GetService"/>, or as a keyed service under the model's name. Thread-safe.</summary>
public interface IModelTraffic
{
    /// <summary>The versions that served calls, in no particular order.</summary>
    IReadOnlyList<VersionTraffic> Versions { get; }
}
