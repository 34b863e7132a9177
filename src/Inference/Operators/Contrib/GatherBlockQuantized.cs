using System.Numerics;
using Inference.Kernels.Gathering;
using Inference.Kernels.Threading;
using Inference.Operators.Casting;
using Inference.Operators.Indexing;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Contrib;

/// <summary>
/// y[a…, i…, b…] = (q − zero)·scale of x[a…, indices[i…], b…], x quantized in blocks of block_size along quantize_axis; int4 and uint4 as such, or uint8 that holds
/// codes of <c>bits</c> bits along the last axis, the first in the lowest bits. Zero points left out are 0, in uint8 2^(bits−1). Inputs: x, indices, scales, zero points.
/// Source: com.microsoft GatherBlockQuantized.
/// </summary>
internal sealed unsafe class GatherBlockQuantized : Operator
{
    private const int ElementWork = 20;


    private readonly long _gatherAxis;
    private readonly long _quantizeAxis;
    private readonly long _blockSize;
    private readonly long _bits;

    public GatherBlockQuantized(Node node)
    {
        _gatherAxis = node.Attributes.Int("gather_axis", 0);
        _quantizeAxis = node.Attributes.Int("quantize_axis", 1);
        _blockSize = node.Attributes.Int("block_size", 128);
        _bits = node.Attributes.Int("bits", 4);
        if (_blockSize is < 16 or > MatMulNBits.MaxBlock || (_blockSize & (_blockSize - 1)) != 0 || _bits is not (2 or 4 or 8))
        {
            throw new ModelLoadException($"{node.Describe()}: expected a block_size that is a power of two from 16 to {MatMulNBits.MaxBlock} and 2, 4 or 8 bits, got block_size={_blockSize}, bits={_bits}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(2);
        if (context.InputShape(0) is not { } x || context.InputShape(1) is not { } indices)
        {
            context.SetOutput(0, type, null);
            return;
        }

        int gather = Shapes.Axis(context, _gatherAxis, x.Length);
        int quantize = Shapes.Axis(context, _quantizeAxis, x.Length);
        if (context.InputType(0) == ElementType.UInt8 && (quantize != x.Length - 1 || (gather == quantize && _bits != 8)))
        {
            throw context.Error($"expected uint8 codes quantized along the last axis and gathered along another axis, got quantize_axis {_quantizeAxis} and gather_axis {_gatherAxis} for rank {x.Length}.");
        }

        if (context.InputShape(2) is { } scales)
        {
            CheckParameters(context, 2, x, scales, quantize, 1);
        }

        if (context.HasInput(3) && context.InputShape(3) is { } zeros)
        {
            CheckParameters(context, 3, x, zeros, quantize, context.InputType(0) == ElementType.UInt8 ? 8 / (int)_bits : 1);
        }

        Dimension[] logical = Logical(x, context.InputType(0));
        context.SetOutput(0, type, [.. logical.AsSpan(0, gather), .. indices, .. logical.AsSpan(gather + 1)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor scales = context.Input(2);
        Tensor? zeros = context.OptionalInput(3);
        Tensor y = context.Output(0);
        int gather = Shapes.Axis(_gatherAxis, x.Rank);
        int quantize = Shapes.Axis(_quantizeAxis, x.Rank);
        bool bytes = x.Type == ElementType.UInt8;
        int perByte = bytes ? 8 / (int)_bits : 1;
        if (IsTable(x, scales, y, gather))
        {
            RunTable(context, x, indices, scales, zeros, y);
            return;
        }

        long[] dims = x.Dims.ToArray();
        dims[^1] *= perByte;
        long size = dims[gather];
        long outer = ShapeRules.Product(dims, 0, gather);
        long inner = ShapeRules.Product(dims, gather + 1, dims.Length);
        long along = dims[quantize];
        long below = ShapeRules.Product(dims, quantize + 1, dims.Length);
        long blocks = (along + _blockSize - 1) / _blockSize;
        long zeroBlocks = zeros is null ? 0 : zeros.Dims[quantize] * perByte;
        int center = zeros is null && bytes ? 1 << (int)(_bits - 1) : 0;
        float* target = y.Type == ElementType.Float32 ? (float*)y.Data : (float*)context.Scratch(Math.Max(1, y.Count) * sizeof(float));
        long at = 0;
        var work = default(WorkCounter);
        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < indices.Count; i++)
            {
                long position = Integers.At(indices, i);
                position = position < 0 ? position + size : position;
                if ((ulong)position >= (ulong)size)
                {
                    throw OutOfRange(context, size, indices, i);
                }

                long start = (o * size + position) * inner;
                for (long k = start; k < start + inner; k++)
                {
                    work.Add(ElementWork);
                    long line = k / (below * along);
                    long block = k / below % along / _blockSize;
                    long rest = k % below;
                    int zero = zeros is null ? center : Code(zeros, (line * zeroBlocks + block) * below + rest);
                    target[at++] = (Code(x, k) - zero) * (float)Scalars.ToDouble(scales, (line * blocks + block) * below + rest);
                }
            }
        }

        if (y.Type != ElementType.Float32)
        {
            ElementConverter.Convert(ElementType.Float32, (byte*)target, y.Type, y.Data, y.Count, saturate: true, Float8E8M0Rounding.Up);
        }
    }

    // Rows of bytes with one block each.
    private bool IsTable(Tensor x, Tensor scales, Tensor y, int gather) =>
        x is { Type: ElementType.UInt8, Rank: 2 } && _bits == 8 && gather == 0 && scales.Dims[1] == 1 && scales.Type == ElementType.Float32 && y.Count > 0;

    private static void RunTable(KernelContext context, Tensor x, Tensor indices, Tensor scales, Tensor? zeros, Tensor y)
    {
        if (indices.Type == ElementType.Int32)
        {
            RunTable<int>(context, x, indices, scales, zeros, y);
        }
        else
        {
            RunTable<long>(context, x, indices, scales, zeros, y);
        }
    }

    private static void RunTable<TIndex>(KernelContext context, Tensor x, Tensor indices, Tensor scales, Tensor? zeros, Tensor y)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        long size = x.Dims[0];
        nint columns = (nint)x.Dims[1];
        for (long first = 0; first < indices.Count; first += Gather.MaxIndices)
        {
            int count = (int)Math.Min(Gather.MaxIndices, indices.Count - first);
            var part = new ReadOnlySpan<TIndex>((TIndex*)indices.Data + first, count);
            long wrong = GatherRows.RunDequantize(
                x.Data, signed: false, (nint)size, columns, (float*)scales.Data, zeros is null ? null : zeros.Data, 128, part, (float*)y.Data + (first * columns));
            if (wrong >= 0)
            {
                throw OutOfRange(context, size, indices, first + wrong);
            }
        }
    }

    private static InferenceException OutOfRange(KernelContext context, long size, Tensor indices, long at) =>
        context.Error($"indices: expected values in [{-size}, {size - 1}], got {Integers.At(indices, at)} at position {at}.");

    private int Code(Tensor tensor, long index) => tensor.Type == ElementType.UInt8
        ? tensor.Data[index * _bits / 8] >> (int)(index * _bits % 8) & ((1 << (int)_bits) - 1)
        : PackedElements.GetInt32(tensor.Type, tensor.Bytes, index);

    private Dimension[] Logical(Dimension[] x, ElementType type)
    {
        var logical = (Dimension[])x.Clone();
        if (type == ElementType.UInt8 && _bits != 8)
        {
            logical[^1] = x[^1].Size is { } size ? Dimension.Fixed(checked(size * 8 / _bits)) : Dimension.Unknown;
        }

        return logical;
    }

    // Scales and zero points have x's shape with one element for each block; packed zero points fill their bytes.
    private void CheckParameters(InferContext context, int input, Dimension[] x, Dimension[] own, int quantize, int perByte)
    {
        Dimension[] logical = Logical(x, context.InputType(0));
        bool good = own.Length == x.Length;
        for (int i = 0; good && i < own.Length; i++)
        {
            long? expected = i != quantize ? logical[i].Size : logical[i].Size is { } size ? (size + _blockSize - 1) / _blockSize : null;
            expected = i == quantize && expected is { } blocks ? (blocks + perByte - 1) / perByte : expected;
            good = expected is null || own[i].Size is null || own[i].Size == expected;
        }

        if (!good)
        {
            throw context.Error($"input {input}: expected one element for each block of {_blockSize} of [{string.Join(",", logical)}] along axis {quantize}, got shape [{string.Join(",", own)}].");
        }
    }
}
