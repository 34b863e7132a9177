namespace Inference.Onnx.Serialization;

internal static partial class OnnxWriter
{
    private static void Write(ref ProtoWriter writer, OnnxDeviceConfiguration device)
    {
        writer.OptionalString(1, device.Name);
        writer.OptionalInt64(2, device.DeviceCount);
        writer.Strings(3, device.Devices);
        writer.Unknown(device.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxNodeDeviceConfiguration device)
    {
        writer.OptionalString(1, device.ConfigurationId);
        All(ref writer, 2, device.ShardingSpecs, Write);
        if (device.PipelineStage is { } stage)
        {
            writer.Int64(3, stage);
        }

        writer.Unknown(device.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxShardingSpec spec)
    {
        writer.OptionalString(1, spec.TensorName);
        writer.Int64s(2, spec.Devices);
        All(ref writer, 3, spec.DeviceGroups, Write);
        All(ref writer, 4, spec.Dimensions, Write);
        writer.Unknown(spec.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxDeviceGroup group)
    {
        writer.OptionalInt64(1, group.Key);
        writer.Int64s(2, group.Devices);
        writer.Unknown(group.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxShardedDimension sharded)
    {
        writer.OptionalInt64(1, sharded.Axis);
        All(ref writer, 2, sharded.Parts, Write);
        writer.Unknown(sharded.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxSimpleShardedDimension part)
    {
        WriteExtent(ref writer, part.Dimension);
        writer.OptionalInt64(3, part.ShardCount);
        writer.Unknown(part.Unknown);
    }
}
