using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

internal static partial class OnnxReader
{
    private static OnnxDeviceConfiguration ReadDevice(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("configuration", index);
        var device = new OnnxDeviceConfiguration();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: device.Name = reader.String("name"); break;
                case 2: device.DeviceCount = reader.Int32("num_devices"); break;
                case 3: device.Devices.Add(reader.String("device")); break;
                default: device.Unknown = reader.Skip(device.Unknown); break;
            }
        }

        reader.Leave(outer);
        return device;
    }

    private static OnnxNodeDeviceConfiguration ReadNodeDevice(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("device_configurations", index);
        var device = new OnnxNodeDeviceConfiguration();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: device.ConfigurationId = reader.String("configuration_id"); break;
                case 2: device.ShardingSpecs.Add(ReadSharding(ref reader, device.ShardingSpecs.Count)); break;
                case 3: device.PipelineStage = reader.Int32("pipeline_stage"); break;
                default: device.Unknown = reader.Skip(device.Unknown); break;
            }
        }

        reader.Leave(outer);
        return device;
    }

    private static OnnxShardingSpec ReadSharding(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("sharding_spec", index);
        var spec = new OnnxShardingSpec();
        var devices = new RepeatedBuilder<long>([]);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: spec.TensorName = reader.String("tensor_name"); break;
                case 2: reader.Int64s(ref devices, "device"); break;
                case 3: spec.DeviceGroups.Add(ReadDeviceGroup(ref reader, spec.DeviceGroups.Count)); break;
                case 4: spec.Dimensions.Add(ReadShardedDimension(ref reader, spec.Dimensions.Count)); break;
                default: spec.Unknown = reader.Skip(spec.Unknown); break;
            }
        }

        spec.Devices = devices.ToArray();
        reader.Leave(outer);
        return spec;
    }

    private static OnnxDeviceGroup ReadDeviceGroup(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("index_to_device_group_map", index);
        var group = new OnnxDeviceGroup();
        var devices = new RepeatedBuilder<long>([]);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: group.Key = reader.Int64("key"); break;
                case 2: reader.Int64s(ref devices, "value"); break;
                default: group.Unknown = reader.Skip(group.Unknown); break;
            }
        }

        group.Devices = devices.ToArray();
        reader.Leave(outer);
        return group;
    }

    private static OnnxShardedDimension ReadShardedDimension(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("sharded_dim", index);
        var sharded = new OnnxShardedDimension();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: sharded.Axis = reader.Int64("axis"); break;
                case 2: sharded.Parts.Add(ReadSimpleShardedDimension(ref reader, sharded.Parts.Count)); break;
                default: sharded.Unknown = reader.Skip(sharded.Unknown); break;
            }
        }

        reader.Leave(outer);
        return sharded;
    }

    private static OnnxSimpleShardedDimension ReadSimpleShardedDimension(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("simple_sharding", index);
        var part = new OnnxSimpleShardedDimension();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: part.Dimension = OnnxDimension.Of(reader.Int64("dim_value")); break;
                case 2: part.Dimension = OnnxDimension.Of(reader.String("dim_param")); break;
                case 3: part.ShardCount = reader.Int64("num_shards"); break;
                default: part.Unknown = reader.Skip(part.Unknown); break;
            }
        }

        reader.Leave(outer);
        return part;
    }
}
