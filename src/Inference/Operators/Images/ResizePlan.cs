using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>A Resize of fixed shapes: one pass for each axis that changes, last axis first. Immutable.</summary>
internal sealed class ResizePlan
{
    private readonly ResizeOptions _options;
    private readonly AxisTable[] _tables;
    private readonly AxisTable?[] _byAxis;
    private readonly long[] _input;
    private readonly long[] _output;

    /// <param name="options">The attributes.</param>
    /// <param name="input">Shape of the input.</param>
    /// <param name="output">Shape of the output.</param>
    /// <param name="scales">Scale of each axis.</param>
    /// <param name="roi">Start of each axis, then end of each; null for whole axes.</param>
    /// <param name="claim">Counts the memory of the tables.</param>
    public ResizePlan(ResizeOptions options, ReadOnlySpan<long> input, ReadOnlySpan<long> output, double[] scales, double[]? roi, Action<long> claim)
    {
        _options = options;
        _input = input.ToArray();
        _output = output.ToArray();
        var tables = new List<AxisTable>();
        for (int i = input.Length - 1; i >= 0; i--)
        {
            if (TensorShape.Count(output) > 0 && AxisTable.Create(options, i, input[i], output[i], scales[i], roi?[i] ?? 0, roi?[i + input.Length] ?? 1, claim) is { } table)
            {
                tables.Add(table);
            }
        }

        _tables = [.. tables];
        _byAxis = new AxisTable?[input.Length];
        foreach (AxisTable table in tables)
        {
            _byAxis[table.Axis] = table;
        }
    }

    /// <summary>Scratch memory for elements of the given size, bytes.</summary>
    public long ScratchBytes(ElementType type)
    {
        if (_options.Mode == ResizeMode.Nearest)
        {
            return 0;
        }

        long largest = TensorShape.Count(_input);
        long[] dims = (long[])_input.Clone();
        foreach (AxisTable table in _tables)
        {
            dims[table.Axis] = _output[table.Axis];
            largest = Math.Max(largest, TensorShape.Count(dims));
        }

        return checked(2 * (largest + 16) * (IsWide(type) ? sizeof(double) : sizeof(float)));
    }

    public unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        if (_options.Mode == ResizeMode.Nearest)
        {
            Moves.Run(new NearestMove(this), context, x, y);
        }
        else
        {
            byte* scratch = context.Scratch(ScratchBytes(x.Type));
            var action = new Interpolate { Plan = this, Context = context, X = x, Y = y, Scratch = scratch };
            if (!Dispatch.Numeric(x.Type, ref action))
            {
                throw context.Error($"input 0: expected a numeric type for linear and cubic, got {x.Type.Name()}.");
            }
        }

        if (Array.Exists(_tables, t => t.Outside is not null && Array.IndexOf(t.Outside, true) >= 0))
        {
            var action = new Extrapolate { Plan = this, Y = y };
            Dispatch.Numeric(y.Type, ref action);
        }
    }

    private static bool IsWide(ElementType type) => type.BitWidth() >= 32 && type != ElementType.Float32;

    private readonly struct NearestMove(ResizePlan plan) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int rank = source.Rank;
            Span<long> strides = stackalloc long[rank];
            Span<long> index = stackalloc long[rank];
            ShapeRules.Strides(source.Dims, strides);
            index.Clear();
            AxisTable?[] tables = plan._byAxis;
            int last = rank - 1;
            nint length = rank == 0 ? 1 : (nint)target.Dims[last];
            ref T to = ref Elements.Ref<T>(target);
            long budget = KernelContext.CheckEvery;
            while (true)
            {
                long offset = 0;
                for (int i = 0; i < last; i++)
                {
                    offset += (tables[i] is { } table ? table.Indices[index[i]] : index[i]) * strides[i];
                }

                budget -= length;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
                }

                ref T from = ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)offset);
                if (rank > 0 && tables[last] is { } inner)
                {
                    int[] positions = inner.Indices;
                    for (int i = 0; i < positions.Length; i++)
                    {
                        Unsafe.Add(ref to, i) = Unsafe.Add(ref from, positions[i]);
                    }
                }
                else
                {
                    StridedCopy.Block(ref from, ref to, length);
                }

                to = ref Unsafe.Add(ref to, length);
                int axis = last - 1;
                for (; axis >= 0; axis--)
                {
                    if (++index[axis] < target.Dims[axis])
                    {
                        break;
                    }

                    index[axis] = 0;
                }

                if (axis < 0)
                {
                    return;
                }
            }
        }
    }

    private unsafe struct Interpolate : INumericAction
    {
        public ResizePlan Plan;
        public KernelContext Context;
        public Tensor X;
        public Tensor Y;
        public byte* Scratch;

        public readonly void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            if (IsWide(X.Type))
            {
                Run<E, T, C, double>();
            }
            else
            {
                Run<E, T, C, float>();
            }
        }

        private readonly void Run<E, T, C, W>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
            where W : unmanaged, IFloatingPointIeee754<W>
        {
            long half = Plan.ScratchBytes(X.Type) / 2;
            bool direct = typeof(T) == typeof(W);
            W* from = direct ? (W*)X.Data : (W*)Scratch;
            W* free = (W*)(Scratch + half);
            W* other = (W*)Scratch;
            if (!direct)
            {
                for (long i = 0; i < X.Count; i++)
                {
                    from[i] = W.CreateTruncating(E.Load(((T*)X.Data)[i]));
                }
            }

            long[] dims = (long[])Plan._input.Clone();
            for (int k = 0; k < Plan._tables.Length; k++)
            {
                Context.ThrowIfCancelled();
                AxisTable table = Plan._tables[k];
                bool final = k == Plan._tables.Length - 1 && direct;
                W* to = final ? (W*)Y.Data : free;
                Pass(Context, table, from, to, dims, Plan._output[table.Axis]);
                dims[table.Axis] = Plan._output[table.Axis];
                free = from == (W*)X.Data && direct ? other : from;
                from = to;
            }

            if (direct)
            {
                if (Plan._tables.Length == 0)
                {
                    X.CopyTo(Y);
                }

                return;
            }

            bool whole = typeof(C) != typeof(float) && typeof(C) != typeof(double);
            for (long i = 0; i < Y.Count; i++)
            {
                ((T*)Y.Data)[i] = E.Store(C.CreateSaturating(whole ? Settled.Integer(from[i]) : from[i]));
            }
        }

        private static void Pass<W>(KernelContext context, AxisTable table, W* from, W* to, long[] dims, long resized)
            where W : unmanaged, IFloatingPointIeee754<W>
        {
            long inner = ShapeRules.Product(dims, table.Axis + 1, dims.Length);
            long outer = ShapeRules.Product(dims, 0, table.Axis);
            int taps = table.Taps;
            long budget = KernelContext.CheckEvery;
            fixed (int* indices = table.Indices)
            fixed (double* doubles = table.Weights)
            fixed (float* singles = table.Singles)
            {
                W* weights = typeof(W) == typeof(float) ? (W*)singles : (W*)doubles;
                for (long o = 0; o < outer; o++)
                {
                    for (long p = 0; p < resized; p++)
                    {
                        budget -= taps * inner;
                        if (budget < 0)
                        {
                            context.ThrowIfCancelled();
                            budget = KernelContext.CheckEvery;
                        }

                        if (inner == 1)
                        {
                            W sum = W.Zero;
                            for (int k = 0; k < taps; k++)
                            {
                                sum += weights[(p * taps) + k] * from[indices[(p * taps) + k]];
                            }

                            to[p] = sum;
                            continue;
                        }

                        var row = new Span<W>(to + (p * inner), (int)inner);
                        for (int k = 0; k < taps; k++)
                        {
                            var source = new ReadOnlySpan<W>(from + (indices[(p * taps) + k] * inner), (int)inner);
                            if (k == 0)
                            {
                                System.Numerics.Tensors.TensorPrimitives.Multiply(source, weights[p * taps], row);
                            }
                            else
                            {
                                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(source, weights[(p * taps) + k], row, row);
                            }
                        }
                    }

                    from += dims[table.Axis] * inner;
                    to += resized * inner;
                }
            }
        }
    }

    // Elements that an axis takes from outside of the crop.
    private struct Extrapolate : INumericAction
    {
        public ResizePlan Plan;
        public Tensor Y;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            T value = E.Store(C.CreateSaturating(Plan._options.Extrapolation));
            foreach (AxisTable table in Plan._tables)
            {
                long inner = ShapeRules.Product(Y.Dims, table.Axis + 1, Y.Rank);
                long size = Y.Dims[table.Axis];
                long outer = ShapeRules.Product(Y.Dims, 0, table.Axis);
                for (long p = 0; table.Outside is not null && p < size; p++)
                {
                    for (long o = 0; table.Outside[p] && o < outer; o++)
                    {
                        new Span<T>((T*)Y.Data + (((o * size) + p) * inner), (int)inner).Fill(value);
                    }
                }
            }
        }
    }
}
