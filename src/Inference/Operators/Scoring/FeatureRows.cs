using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Scoring;

/// <summary>Rows of features [N, C] (or one row [C]) of any numeric type.</summary>
internal static unsafe class FeatureRows
{
    public static readonly TypeSet Types = TypeSet.Of(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32);

    /// <summary>Rows and columns of a tensor.</summary>
    public static (long Rows, long Columns) Size(Tensor x) => x.Rank <= 1 ? (1, x.Count) : (x.Dims[0], x.Dims[0] == 0 ? 0 : x.Count / x.Dims[0]);

    /// <summary>Number of rows of an input, as far as it is known.</summary>
    public static Dimension Rows(InferContext context, int input) => context.InputShape(input) switch
    {
        null => Dimension.Unknown,
        { Length: <= 1 } => Dimension.Fixed(1),
        Dimension[] shape => shape[0],
    };

    /// <summary>Number of columns of an input where it is known.</summary>
    public static long? Columns(InferContext context, int input) => context.InputShape(input) switch
    {
        null => null,
        { Length: 0 } => 1,
        { Length: 1 } shape => shape[0].Size,
        Dimension[] shape => Shapes.Product(shape.AsSpan(1)).Size,
    };

    /// <summary>Element <paramref name="index"/> in the type the operator computes in.</summary>
    public static C At<C>(Tensor x, long index)
        where C : unmanaged, INumber<C> => (ulong)index >= (ulong)x.Count ? throw Beyond(x, index) : x.Type switch
        {
            ElementType.Float32 => C.CreateTruncating(((float*)x.Data)[index]),
            ElementType.Float64 => C.CreateTruncating(((double*)x.Data)[index]),
            ElementType.Int64 => C.CreateTruncating(((long*)x.Data)[index]),
            ElementType.Int32 => C.CreateTruncating(((int*)x.Data)[index]),
            ElementType.Float16 => C.CreateTruncating(((Half*)x.Data)[index]),
            ElementType.BFloat16 => C.CreateTruncating((float)((BFloat16*)x.Data)[index]),
            ElementType.UInt8 or ElementType.Bool => C.CreateTruncating(x.Data[index]),
            ElementType.Int8 => C.CreateTruncating(((sbyte*)x.Data)[index]),
            ElementType.Int16 => C.CreateTruncating(((short*)x.Data)[index]),
            ElementType.UInt16 => C.CreateTruncating(((ushort*)x.Data)[index]),
            ElementType.UInt32 => C.CreateTruncating(((uint*)x.Data)[index]),
            ElementType.UInt64 => C.CreateTruncating(((ulong*)x.Data)[index]),
            _ => throw new InvalidInputException($"Expected numeric features, got a {x.Type.Name()} tensor."),
        };

    private static InvalidInputException Beyond(Tensor x, long index) => new($"Element {index} of {x} does not exist: expected more elements. Check the shapes of the inputs.");

    /// <summary>One row: where it lies, or a copy in <paramref name="buffer"/> where the type is another.</summary>
    public static C* Row<C>(Tensor x, long row, long columns, C* buffer)
        where C : unmanaged, INumber<C>
    {
        if ((typeof(C) == typeof(float) && x.Type == ElementType.Float32) || (typeof(C) == typeof(double) && x.Type == ElementType.Float64))
        {
            return (C*)x.Data + (row * columns);
        }

        for (long i = 0; i < columns; i++)
        {
            buffer[i] = At<C>(x, (row * columns) + i);
        }

        return buffer;
    }
}
