using System.Buffers;
using Grpc.Core;

namespace Inference.Remote.Wire;

/// <summary>Writes the messages that the client sends. Field numbers are those of the protocol's service definition.</summary>
internal static class GrpcRequest
{
    /// <summary>Writes a ModelInferRequest; tensors are written from their own memory.</summary>
    public static void WriteInfer(InferCall call, TimeSpan? timeout, SerializationContext context)
    {
        var head = new ArrayBufferWriter<byte>();
        var part = new ArrayBufferWriter<byte>();
        ProtoWriter.Text(head, 1, call.Model);
        ProtoWriter.Text(head, 2, call.Version);
        ProtoWriter.Text(head, 3, call.Id);
        if (InferCall.PriorityNumber(call.Priority) is var priority and not 0)
        {
            Parameter(head, part, "priority", priority);
        }

        if (timeout is { } time)
        {
            Parameter(head, part, "timeout", Math.Max((long)time.TotalMicroseconds, 1));
        }

        int count = call.Inputs.Count;
        long total = 0;
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++)
        {
            (string name, ModelValue value) = call.Inputs.GetAt(i);
            TensorValue tensor = InferCall.Tensor(name, value);
            part.ResetWrittenCount();
            ProtoWriter.Text(part, 1, name);
            ProtoWriter.Text(part, 2, WireType.NameOf(name, tensor.ElementType));
            Shape(part, tensor.Shape);
            ProtoWriter.Message(head, 5, part.WrittenSpan);
            long size = tensor.ElementType == ElementType.String ? WireStrings.ByteCount(name, tensor.AsSpan<string>()) : tensor.ByteCount;
            total += size + 1 + ProtoWriter.Size((ulong)size);
            if (total > int.MaxValue - (1 << 20))
            {
                throw new InvalidInputException($"Input '{name}': expected inputs of less than 2 GiB together, got {total} bytes up to here. Send fewer rows.") { Input = name };
            }

            sizes[i] = (int)size;
        }

        context.SetPayloadLength((int)(head.WrittenCount + total));
        IBufferWriter<byte> to = context.GetBufferWriter();
        to.Write(head.WrittenSpan);
        for (int i = 0; i < count; i++)
        {
            var tensor = (TensorValue)call.Inputs.GetAt(i).Value;
            ProtoWriter.Length(to, 7, sizes[i]);
            if (tensor.ElementType == ElementType.String)
            {
                WireStrings.Write(tensor.AsSpan<string>(), to.GetSpan(sizes[i])[..sizes[i]]);
                to.Advance(sizes[i]);
            }
            else
            {
                to.Write(tensor.AsBytes());
            }
        }

        context.Complete();
    }

    /// <summary>Writes a ModelMetadataRequest or a ModelReadyRequest.</summary>
    public static void WriteModel(string model, string? version, SerializationContext context)
    {
        IBufferWriter<byte> to = context.GetBufferWriter();
        ProtoWriter.Text(to, 1, model);
        ProtoWriter.Text(to, 2, version);
        context.Complete();
    }

    private static void Shape(ArrayBufferWriter<byte> to, ReadOnlySpan<long> shape)
    {
        int length = 0;
        foreach (long dimension in shape)
        {
            length += ProtoWriter.Size((ulong)dimension);
        }

        if (length > 0)
        {
            ProtoWriter.Length(to, 3, length);
            foreach (long dimension in shape)
            {
                ProtoWriter.Varint(to, (ulong)dimension);
            }
        }
    }

    private static void Parameter(ArrayBufferWriter<byte> head, ArrayBufferWriter<byte> part, string name, long value)
    {
        part.ResetWrittenCount();
        ProtoWriter.Text(part, 1, name);
        ProtoWriter.Length(part, 2, 1 + ProtoWriter.Size((ulong)value));
        ProtoWriter.Number(part, 2, value);
        ProtoWriter.Message(head, 4, part.WrittenSpan);
    }
}
