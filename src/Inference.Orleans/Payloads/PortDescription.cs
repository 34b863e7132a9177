using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary><see cref="ModelPort"/> between processes. Immutable.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.PortDescription")]
internal sealed class PortDescription
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public TypeDescription Type { get; set; } = null!;

    [Id(2)]
    public bool IsOptional { get; set; }

    public static PortDescription Of(ModelPort port) => new() { Name = port.Name, Type = TypeDescription.Of(port.Type)!, IsOptional = port.IsOptional };

    public ModelPort ToPort() => new(Name, Type.ToType(), IsOptional);
}
