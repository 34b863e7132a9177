namespace Inference.Status;

/// <summary>The cost of one model or version. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface ICostStatus
{
    /// <summary>What is known at present.</summary>
    CostSnapshot Snapshot { get; }
}
