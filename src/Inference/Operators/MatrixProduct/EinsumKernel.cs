using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>An einsum of fixed shapes. Types that are calculated in float become float first, and the result is rounded once.</summary>
internal sealed unsafe class EinsumKernel(EinsumProgram program, ElementType type, long inputs, long output) : Kernel
{
    private readonly bool _widened = type is ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The kernel for operands of some shapes.</summary>
    public static EinsumKernel Create(EinsumPlan plan, ElementType type, long[][] shapes, long output)
    {
        bool single = type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;
        return new(EinsumProgram.Create(plan, shapes, single), type, shapes.Sum(s => Padded(s)), Padded([output]));
    }

    public override long ScratchBytes => _widened ? checked((program.Scratch + inputs + output) * sizeof(float)) : type.ByteCount(program.Scratch);

    public override void Run(KernelContext context)
    {
        var action = new Action(this, context);
        if (!Dispatch.Numeric(type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {type.Name()}.");
        }
    }

    private static long Padded(ReadOnlySpan<long> dims) => (TensorShape.Count(dims) + 15) & ~15L;

    private void Run<C>(KernelContext context)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>
    {
        Tensor y = context.Output(0);
        if (program.Steps.Length == 0)
        {
            y.Clear();
            return;
        }

        C* scratch = (C*)context.Scratch(ScratchBytes);
        C* free = scratch + program.Scratch;
        int count = context.InputCount;
        C** operands = stackalloc C*[count];
        for (int i = 0; i < count; i++)
        {
            Tensor x = context.Input(i);
            operands[i] = (C*)x.Data;
            if (_widened)
            {
                ElementConverter.Convert(type, x.Data, ElementType.Float32, (byte*)free, x.Count, false, default);
                operands[i] = free;
                free += Padded(x.Dims);
            }
        }

        new EinsumRun<C>(operands, _widened ? free : (C*)y.Data, scratch, context.Threads).Run(program);
        if (_widened)
        {
            ElementConverter.Convert(ElementType.Float32, (byte*)free, type, y.Data, y.Count, false, default);
        }
    }

    private struct Action(EinsumKernel kernel, KernelContext context) : INumericAction
    {
        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => kernel.Run<C>(context);
    }
}
