using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Fused;

/// <summary>
/// The addend Z of a fused product P: Y = activation(P + Z) with numpy's broadcasting, as the Add was that it came from. Kernels take a Z of P's own shape, which it
/// nearly always has; what the shapes of a call make of it is decided here.
/// </summary>
internal static unsafe class FusedAddend
{
    /// <summary>Y's shape; null where a rank is not known.</summary>
    public static Dimension[]? Infer(InferContext context, int input, Dimension[]? product) =>
        context.HasInput(input) ? Shapes.Broadcast(context, product, context.InputShape(input)) : product;

    /// <summary>Whether P, Z and Y have the same elements in the same order, so that a kernel may add Z as it goes. Y is the shape that both broadcast to.</summary>
    public static bool IsPlain(long product, ReadOnlySpan<long> addend, ReadOnlySpan<long> y)
    {
        // What broadcasts to a shape and has as many elements differs from it by leading ones at most.
        long count = TensorShape.Count(y);
        return product == count && TensorShape.Count(addend) == count;
    }

    /// <summary>Y = activation(P + Z); P may be Y's memory where it has Y's shape.</summary>
    public static void Add(KernelContext context, float* product, ReadOnlySpan<long> productDims, Tensor addend, Tensor y, in Activation activation)
    {
        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, productDims);
        loop.AddBroadcast(y.Dims, addend.Dims);
        loop.Collapse();
        float* target = (float*)y.Data;
        long since = 0;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            float* p = product + loop.Offset(0);
            float* z = (float*)addend.Data + loop.Offset(1);
            for (long i = 0; i < loop.Inner; i++)
            {
                target[i] = p[i * loop.InnerStride(0)] + z[i * loop.InnerStride(1)];
            }

            target += loop.Inner;
            loop.Next();
            if ((since += loop.Inner) >= KernelContext.CheckEvery)
            {
                since = 0;
                context.ThrowIfCancelled();
            }
        }

        Activations.Apply(in activation, (float*)y.Data, (float*)y.Data, (nint)y.Count);
    }
}
