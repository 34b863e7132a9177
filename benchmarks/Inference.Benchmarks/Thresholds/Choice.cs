namespace Inference.Benchmarks.Thresholds;

/// <summary>The same work by the choice made below a threshold and by the one made from it on, and the memory that both use.</summary>
internal sealed class Choice(Action below, Action above, params IDisposable[] owned) : IDisposable
{
    public Action Below { get; } = below;

    public Action Above { get; } = above;

    public void Dispose() => Array.ForEach(owned, o => o.Dispose());
}
