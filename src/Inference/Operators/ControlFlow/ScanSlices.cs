using System.Runtime.CompilerServices;
using Inference.Operators.Indexing;
using Inference.Operators.Movement;

namespace Inference.Operators.ControlFlow;

/// <summary>Takes slices at one position of an axis out of tensors and puts them in.</summary>
internal static unsafe class ScanSlices
{
    /// <summary>A tensor for slices of <paramref name="x"/> without axis <paramref name="axis"/>: a view where slices are consecutive, else memory of its own.</summary>
    /// <param name="context">The run, whose memory it counts as.</param>
    /// <param name="x">What is sliced.</param>
    /// <param name="axis">The axis that slices do not have.</param>
    /// <param name="released">What an earlier call made, without memory where it was a view; used again where it fits.</param>
    public static Tensor NewItem(KernelContext context, Tensor x, int axis, Tensor? released = null)
    {
        Span<long> dims = stackalloc long[x.Rank - 1];
        RemoveDim(x.Dims, axis, dims);
        if (IsView(x, axis))
        {
            Tensor view = released is { Data: null } ? released : new Tensor();
            view.Set(x.Type, dims, x.Data, x.Owner);
            return view;
        }

        return released is { Data: not null } && released.Type == x.Type && released.Dims.SequenceEqual(dims) ? released : context.Allocate(x.Type, dims);
    }

    /// <summary>Fills or moves what <see cref="NewItem"/> made to the slice at a position.</summary>
    public static void Take(KernelContext context, Tensor x, int axis, long position, Tensor item)
    {
        if (IsView(x, axis))
        {
            item.SetData(x.Data + (position * item.ByteCount), x.Owner);
            return;
        }

        // The slice is read with the strides of x.
        new Slice(axis, position, true).Copy(context, x, item);
    }

    /// <summary>Writes a slice at a position of an axis of <paramref name="y"/>.</summary>
    public static void Put(KernelContext context, Tensor item, Tensor y, int axis, long position) => new Slice(axis, position, false).Copy(context, item, y);

    public static void RemoveDim(ReadOnlySpan<long> dims, int axis, Span<long> result)
    {
        dims[..axis].CopyTo(result);
        dims[(axis + 1)..].CopyTo(result[axis..]);
    }

    public static void InsertDim(ReadOnlySpan<long> dims, int axis, long size, Span<long> result)
    {
        dims[..axis].CopyTo(result);
        result[axis] = size;
        dims[axis..].CopyTo(result[(axis + 1)..]);
    }

    /// <summary>Whether slices are views of <paramref name="x"/>.</summary>
    public static bool IsView(Tensor x, int axis) => axis == 0 && x.Type != ElementType.String && !x.Type.IsPacked();

    private readonly struct Slice(int axis, long position, bool taking)
    {
        public void Copy(KernelContext context, Tensor from, Tensor to)
        {
            if (from.Count == 0 || to.Count == 0)
            {
                return;
            }

            switch (from.Type.BitWidth())
            {
                case 0:
                    Copy<string>(from, to);
                    break;
                case 8:
                    Copy<byte>(from, to);
                    break;
                case 16:
                    Copy<ushort>(from, to);
                    break;
                case 32:
                    Copy<uint>(from, to);
                    break;
                case 64:
                    Copy<ulong>(from, to);
                    break;
                case 128:
                    Copy<UInt128>(from, to);
                    break;
                default:
                    Tensor source = Packing.Unpack(context, from);
                    Tensor target = Packing.Unpack(context, to);
                    Copy<byte>(source, target);
                    Packing.Pack(target, to);

                    // Nothing of them outlives the slice.
                    context.Control.Memory.Settle(KernelContext.MemoryOf(source.Type, source.Dims) + KernelContext.MemoryOf(target.Type, target.Dims));
                    break;
            }
        }

        private void Copy<T>(Tensor from, Tensor to)
        {
            ReadOnlySpan<long> whole = taking ? from.Dims : to.Dims;
            long inner = ShapeRules.Product(whole, axis + 1, whole.Length);
            long outer = ShapeRules.Product(whole, 0, axis);
            ReadOnlySpan<long> wholeStrides = [inner * whole[axis], 1];
            ReadOnlySpan<long> itemStrides = [inner, 1];
            ReadOnlySpan<long> box = [outer, inner];
            nint offset = (nint)(position * inner);
            if (taking)
            {
                StridedCopy.Run(ref Unsafe.Add(ref Elements.Ref<T>(from), offset), wholeStrides, ref Elements.Ref<T>(to), itemStrides, box);
            }
            else
            {
                StridedCopy.Run(ref Elements.Ref<T>(from), itemStrides, ref Unsafe.Add(ref Elements.Ref<T>(to), offset), wholeStrides, box);
            }
        }
    }
}
