using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>
/// Sums products of operands over the labels that the output lacks, as numpy's einsum.
/// Source: ONNX Einsum, opset 12.
/// </summary>
internal sealed unsafe class Einsum : Operator
{
    // Keeps the strides of all operands on the stack.
    private const int MaxOperands = 64;

    private readonly EinsumEquation _equation;

    public Einsum(Node node)
    {
        string text = node.Attributes.String("equation");
        try
        {
            _equation = EinsumEquation.Parse(text);
        }
        catch (FormatException error)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'equation': expected an einsum equation, got '{text}': {error.Message}.");
        }

        if (_equation.Operands.Length > MaxOperands)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'equation': expected at most {MaxOperands} operands, got {_equation.Operands.Length}. Split the node.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        var ranks = new int[context.InputCount];
        for (int i = 0; i < ranks.Length; i++)
        {
            if (context.InputShape(i) is not { } shape)
            {
                context.SetOutput(0, type, null);
                return;
            }

            ranks[i] = shape.Length;
        }

        EinsumPlan plan = Plan(ranks, context.Error);
        var sizes = new Dimension?[plan.Labels.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            Dimension[] shape = context.InputShape(i)!;
            for (int k = 0; k < shape.Length; k++)
            {
                ref Dimension? size = ref sizes[plan.Labels.IndexOf(plan.Operands[i][k], StringComparison.Ordinal)];
                size = size is not { } known || known.Size == 1 ? shape[k] : shape[k].Size == 1 ? known
                    : Shapes.Merge(context, known, shape[k], $"label '{plan.Operands[i][k]}'");
            }
        }

        Shapes.RequireHoldable(context, "all labels", Array.ConvertAll(sizes, s => s ?? Dimension.Unknown));
        var output = new Dimension[plan.Outputs];
        for (int i = 0; i < output.Length; i++)
        {
            output[i] = sizes[i] ?? Dimension.Fixed(1);
        }

        context.SetOutput(0, type, output);
    }

    public override void PropagateBatch(BatchContext context)
    {
        var ranks = new int[context.InputCount];
        for (int i = 0; i < ranks.Length; i++)
        {
            if (context.InputShape(i) is not { } shape)
            {
                context.SetAllMixed();
                return;
            }

            ranks[i] = shape.Length;
        }

        EinsumPlan plan = Plan(ranks, message => new ModelLoadException(message));
        char? label = null;
        for (int i = 0; i < ranks.Length; i++)
        {
            int axis = context.InputAxis(i);
            if (axis == BatchContext.Mixed || (axis >= 0 && label is { } known && known != plan.Operands[i][axis]))
            {
                context.SetAllMixed();
                return;
            }

            label = axis >= 0 ? plan.Operands[i][axis] : label;

            // Along a diagonal a row meets its own position.
            if (axis >= 0 && plan.Operands[i].Count(c => c == label) > 1)
            {
                context.SetAllMixed();
                return;
            }
        }

        int at = label is { } own ? plan.Labels.IndexOf(own, StringComparison.Ordinal) : BatchContext.None;
        bool elsewhere = label is { } batch && Enumerable.Range(0, ranks.Length).Any(i => context.InputAxis(i) == BatchContext.None && plan.Operands[i].Contains(batch, StringComparison.Ordinal));
        context.SetOutputAxis(0, at >= plan.Outputs || elsewhere ? BatchContext.Mixed : at);
    }

    public override void Run(KernelContext context)
    {
        int operands = context.InputCount;
        Span<int> ranks = stackalloc int[operands];
        for (int i = 0; i < operands; i++)
        {
            ranks[i] = context.Input(i).Rank;
        }

        EinsumPlan plan = Plan(ranks, context.Error);
        int labels = plan.Labels.Length;
        Span<long> sizes = stackalloc long[labels];
        sizes.Fill(1);
        Span<long> strides = stackalloc long[labels * operands];
        for (int i = 0; i < operands; i++)
        {
            Tensor x = context.Input(i);
            plan.Strides(i, x.Dims, strides.Slice(i * labels, labels));
            for (int k = 0; k < x.Rank; k++)
            {
                ref long size = ref sizes[plan.Labels.IndexOf(plan.Operands[i][k], StringComparison.Ordinal)];
                size = size == 1 ? x.Dims[k] : size;
            }
        }

        var action = new Action(context, sizes, strides, plan.Outputs);
        if (!Dispatch.Numeric(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    private EinsumPlan Plan(ReadOnlySpan<int> ranks, Func<string, Exception> error)
    {
        try
        {
            return EinsumPlan.Create(_equation, ranks);
        }
        catch (FormatException bad)
        {
            throw error($"expected inputs that match the equation: {bad.Message}.");
        }
    }

    private ref struct Action(KernelContext context, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, int outputs) : INumericAction
    {
        private readonly ReadOnlySpan<long> _sizes = sizes;
        private readonly ReadOnlySpan<long> _strides = strides;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            int labels = _sizes.Length;
            int operands = context.InputCount;
            Span<long> index = stackalloc long[labels];
            Span<long> offsets = stackalloc long[operands];
            index.Clear();
            offsets.Clear();
            Tensor y = context.Output(0);
            T** data = stackalloc T*[operands];
            for (int i = 0; i < operands; i++)
            {
                data[i] = (T*)context.Input(i).Data;
            }

            long inner = TensorShape.Count(_sizes[outputs..]);
            T* target = (T*)y.Data;
            int step = 4 * operands;
            var work = default(WorkCounter);
            for (long o = 0; o < y.Count; o++)
            {
                work.Add(step);
                C sum = C.Zero;
                for (long k = 0; k < inner; k++)
                {
                    work.Add(step);
                    C product = E.Load(data[0][offsets[0]]);
                    for (int i = 1; i < operands; i++)
                    {
                        product *= E.Load(data[i][offsets[i]]);
                    }

                    sum += product;
                    Advance(index, offsets, outputs, labels);
                }

                target[o] = E.Store(sum);
                Advance(index, offsets, 0, outputs);
            }
        }

        private readonly void Advance(Span<long> index, Span<long> offsets, int from, int to)
        {
            int labels = _sizes.Length;
            for (int axis = to - 1; axis >= from; axis--)
            {
                bool wrap = ++index[axis] == _sizes[axis];
                for (int i = 0; i < offsets.Length; i++)
                {
                    offsets[i] += wrap ? -_strides[i * labels + axis] * (_sizes[axis] - 1) : _strides[i * labels + axis];
                }

                if (!wrap)
                {
                    return;
                }

                index[axis] = 0;
            }
        }
    }
}
