using System.Buffers;
using Inference.AspNetCore.Repository;

namespace Inference.AspNetCore.Grpc;

/// <summary>A request of two texts and a flag at most: every method's but ModelInfer's.</summary>
/// <param name="First">Field 1: the model's name, or the repository's.</param>
/// <param name="Second">Field 2, if it is a text: the model's version, or its name.</param>
/// <param name="Flag">Field 2, if it is a flag.</param>
internal sealed record NameRequest(string First, string Second, bool Flag)
{
    public static NameRequest Read(in ReadOnlySequence<byte> message, int maxNameBytes)
    {
        string first = "", second = "";
        bool flag = false;
        var fields = new WireReader(message);
        while (fields.TryReadField(out int number, out WireType type))
        {
            switch (number)
            {
                case 1 when type == WireType.Bytes:
                    first = fields.Text("Field 1", maxNameBytes);
                    break;
                case 2 when type == WireType.Bytes:
                    second = fields.Text("Field 2", maxNameBytes);
                    break;
                case 2 when type == WireType.Varint:
                    flag = fields.Varint() != 0;
                    break;
                case 3 when type == WireType.Bytes:
                    CheckParameter(fields.Bytes(), maxNameBytes);
                    break;
                default:
                    fields.Skip(type);
                    break;
            }
        }

        return new NameRequest(first, second, flag);
    }

    // An entry of the parameters of a load or unload.
    private static void CheckParameter(in ReadOnlySequence<byte> entry, int maxNameBytes)
    {
        var fields = new WireReader(entry);
        while (fields.TryReadField(out int number, out WireType type))
        {
            if (number == 1 && type == WireType.Bytes)
            {
                ModelRepositoryService.RefuseFile(fields.Text("A parameter's name", maxNameBytes));
            }
            else
            {
                fields.Skip(type);
            }
        }
    }
}
