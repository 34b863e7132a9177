using Inference.Optimization.Graphs;

namespace Inference.Optimization.Pruning;

/// <summary>Channels that can only be removed together: of every layer that makes them and every layer that reads them.</summary>
internal sealed class ChannelGroup(int channels)
{
    public int Channels => channels;

    /// <summary>Layers whose output channels they are.</summary>
    public List<LinearLayer> Producers { get; } = [];

    /// <summary>Layers that read them as input channels.</summary>
    public List<LinearLayer> Consumers { get; } = [];

    /// <summary>Depthwise convolutions that pass them through.</summary>
    public List<LinearLayer> Depthwise { get; } = [];

    /// <summary>The values that the consumers read.</summary>
    public IEnumerable<string> ReadValues => Consumers.Select(c => c.Input).Distinct();

    /// <summary>Why the channels cannot be removed; null where they can.</summary>
    public string? Obstacle { get; set; }

    public override string ToString() => $"{channels} channels of {string.Join(", ", Producers.Select(p => p.Name))}";
}
