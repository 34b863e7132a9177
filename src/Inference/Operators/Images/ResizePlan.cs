using System.Numerics;
using Inference.Kernels.Resizing;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Images;

/// <summary>A Resize of fixed shapes: one pass for each axis that changes, those that become shorter first. Immutable.</summary>
internal sealed class ResizePlan
{
    // Elements of an axis whose picks are tabulated by vectors.
    private const long MaxPicked = 1 << 24;

    private readonly ResizeOptions _options;
    private readonly AxisTable[] _tables;
    private readonly RowPicks?[] _picks;
    private readonly nint[]? _rowStarts;
    private readonly long[] _input;
    private readonly long[] _output;

    // The sizes that each table resizes, and the elements of the largest of them and of the results.
    private readonly long[][] _sizes;
    private readonly long _largest;

    /// <param name="options">The attributes.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="input">Shape of the input.</param>
    /// <param name="output">Shape of the output.</param>
    /// <param name="scales">Scale of each axis.</param>
    /// <param name="roi">Start of each axis, then end of each; null for whole axes.</param>
    /// <param name="claim">Counts the memory of the tables.</param>
    public ResizePlan(ResizeOptions options, ElementType type, ReadOnlySpan<long> input, ReadOnlySpan<long> output, double[] scales, double[]? roi, Action<long> claim)
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

        // Axes that become shorter leave less for the others to do; the outermost of them, and the innermost of the rest, read the fewest rows.
        _tables = [.. tables.Where(t => _output[t.Axis] < _input[t.Axis]).Reverse(), .. tables.Where(t => _output[t.Axis] >= _input[t.Axis])];
        if (options.Mode == ResizeMode.Nearest)
        {
            Array.Sort(_tables, (t, u) => t.Axis - u.Axis);
        }

        _picks = new RowPicks?[_tables.Length];
        _sizes = new long[_tables.Length][];
        _largest = TensorShape.Count(_input);
        long[] dims = (long[])_input.Clone();
        for (int k = 0; k < _tables.Length; k++)
        {
            AxisTable table = _tables[k];
            _sizes[k] = (long[])dims.Clone();
            bool nearest = options.Mode == ResizeMode.Nearest;
            if ((!nearest || k == _tables.Length - 1) && ShapeRules.Product(nearest ? _output : dims, table.Axis + 1, dims.Length) == 1 && dims[table.Axis] <= MaxPicked && _output[table.Axis] <= MaxPicked)
            {
                // Lanes and weights of each index, and a start of each vector of them.
                claim((long)table.Indices.Length * 2 * sizeof(float) * Math.Max(1, type.BitWidth() / 32));
                _picks[k] = !nearest ? (IsWide(type) ? null : RowPicks.CreateSums(table.Indices, table.Singles, table.Taps, (int)dims[table.Axis]))
                    : type.BitWidth() is 8 or 16 or 32 or 64 ? RowPicks.Create(table.Indices, (int)dims[table.Axis], type.BitWidth() / 8) : null;
            }

            dims[table.Axis] = _output[table.Axis];
            _largest = Math.Max(_largest, TensorShape.Count(dims));
        }

        if (options.Mode == ResizeMode.Nearest && _picks is [.., { AreVectors: true }] && ShapeRules.Product(_output, 0, _tables[^1].Axis) is var rows and <= MaxPicked)
        {
            claim(rows * sizeof(long));
            _rowStarts = new nint[rows];
            NearestRows.Find(_tables, _input, _output, 0, _rowStarts);
            for (int i = 0; i < _rowStarts.Length; i++)
            {
                _rowStarts[i] *= type.BitWidth() / 8;
            }
        }
    }

    /// <summary>Scratch memory for elements of the given type, bytes.</summary>
    public long ScratchBytes(ElementType type) =>
        _options.Mode == ResizeMode.Nearest ? 0 : checked(2 * (_largest + 16) * (IsWide(type) ? sizeof(double) : sizeof(float)));

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
            Moves.Run(new NearestMove(_tables, _picks.Length == 0 ? null : _picks[^1], _rowStarts), context, x, y);
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
                ElementConverter.Convert(X.Type, X.Data, typeof(W) == typeof(float) ? ElementType.Float32 : ElementType.Float64, (byte*)from, X.Count, false, default);
            }

            for (int k = 0; k < Plan._tables.Length; k++)
            {
                Context.ThrowIfCancelled();
                AxisTable table = Plan._tables[k];
                bool final = k == Plan._tables.Length - 1 && direct;
                W* to = final ? (W*)Y.Data : free;
                new ResizePass<W>(Context, table, Plan._picks[k], from, to, Plan._sizes[k]).Run();
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

            Store<E, T, C, W>(from, (T*)Y.Data, Y.Count);
        }

        private static void Store<E, T, C, W>(W* from, T* to, long count)
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
            where W : unmanaged, IFloatingPointIeee754<W>
        {
            bool whole = typeof(C) != typeof(float) && typeof(C) != typeof(double);
            var work = default(WorkCounter);
            for (long i = 0; i < count; i += LongLoop.Part)
            {
                long end = Math.Min(count, i + LongLoop.Part);
                work.Add(end - i);
                if (whole)
                {
                    Settled.Integers(from + i, (nint)(end - i));
                }

                for (long k = i; k < end; k++)
                {
                    to[k] = E.Store(C.CreateSaturating(from[k]));
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
