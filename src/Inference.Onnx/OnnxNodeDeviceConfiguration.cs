namespace Inference.Onnx;

/// <summary>How one node is distributed over the devices of one configuration (<c>NodeDeviceConfigurationProto</c>).</summary>
public sealed class OnnxNodeDeviceConfiguration : OnnxMessage
{
    /// <summary>The name of the <see cref="OnnxDeviceConfiguration"/>.</summary>
    public string ConfigurationId { get; set; } = "";

    /// <summary>How its inputs and outputs are sharded.</summary>
    public List<OnnxShardingSpec> ShardingSpecs { get; } = [];

    /// <summary>The pipeline stage; null if not specified.</summary>
    public int? PipelineStage { get; set; }
}
