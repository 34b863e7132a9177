using Inference.Optimization.Graphs;

namespace Inference.Optimization.Pruning;

/// <summary>Channels that can only be removed together, from every layer that produces or reads them.</summary>
internal sealed class ChannelGroup(int channels)
{
    public int Channels => channels;

    /// <summary>The layers that produce them as output channels.</summary>
    public List<LinearLayer> Producers { get; } = [];

    /// <summary>The layers that read them as input channels.</summary>
    public List<LinearLayer> Consumers { get; } = [];

    /// <summary>The depthwise convolutions that they pass through.</summary>
    public List<LinearLayer> Depthwise { get; } = [];

    /// <summary>The values that the consumers read.</summary>
    public IEnumerable<string> ReadValues => Consumers.Select(c => c.Input).Distinct();

    /// <summary>Why the channels cannot be removed; null if they can.</summary>
    public string? Obstacle { get; set; }

    public override string ToString() => $"{channels} channels of {string.Join(", ", Producers.Select(p => p.Name))}";
}
