using Inference.Cli.Data;

namespace Inference.OnnxRuntime.Tests.Differential.Plain;

/// <summary>Named values between <see cref="PlainEngine"/> and its child.</summary>
internal static class PlainValues
{
    public static void Write(NamedValues values, BinaryWriter writer)
    {
        writer.Write(values.Count);
        foreach ((string name, ModelValue value) in values)
        {
            byte[] bytes = ProtobufValues.Write(name, value);
            writer.Write(name);
            writer.Write((int)value.Kind);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    public static NamedValues Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        NamedValues values = [];
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            var type = new ModelValueType { Kind = (ModelValueKind)reader.ReadInt32() };
            values.Add(name, ProtobufValues.Read(reader.ReadBytes(reader.ReadInt32()), type));
        }

        return values;
    }
}
