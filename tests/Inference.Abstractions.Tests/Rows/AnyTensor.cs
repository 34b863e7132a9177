using Inference;

namespace Inference.Abstractions.Tests.Rows;

/// <summary>Tensors of every element type with contents drawn from a seed.</summary>
internal static class AnyTensor
{
    public static readonly ElementType[] Types = [.. Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined)];

    public static TensorValue Make(ElementType type, ReadOnlySpan<long> shape, int seed)
    {
        var random = new Random(seed);
        TensorValue tensor = TensorValue.Allocate(type, shape);
        if (type == ElementType.String)
        {
            foreach (ref string item in tensor.AsWritableSpan<string>())
            {
                item = new string((char)('a' + random.Next(3)), random.Next(4));
            }
        }
        else
        {
            random.NextBytes(tensor.AsWritableBytes());
        }

        return tensor;
    }
}
