using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;

namespace Inference.Operators.Recurrent;

/// <summary>
/// One run of a recurrent operator. All products with W come first, as one matrix product over every step; then step by step the products with R, the gates and the
/// states of all rows of the batch.
/// </summary>
internal readonly unsafe ref struct CellRun<C, TMath>
    where C : unmanaged, IFloatingPointIeee754<C>
    where TMath : struct, ICellMath<C>
{
    // Gates, activations and copies of one state.
    private const long StateWork = 16;

    private readonly KernelContext _context;
    private readonly CellOptions _options;
    private readonly ref readonly CellTensors _tensors;
    private readonly nint _steps;
    private readonly nint _batch;
    private readonly nint _inputs;
    private readonly nint _hidden;
    private readonly nint _width;
    private readonly nint _rowStep;
    private readonly nint _rowBatch;

    public CellRun(KernelContext context, CellOptions options, in CellTensors tensors)
    {
        _context = context;
        _options = options;
        _tensors = ref tensors;
        _steps = (nint)tensors.X.Dims[options.BatchFirst ? 1 : 0];
        _batch = (nint)tensors.X.Dims[options.BatchFirst ? 0 : 1];
        _inputs = (nint)tensors.X.Dims[2];
        _hidden = (nint)tensors.R.Dims[2];
        _width = _hidden * (int)options.Kind;

        // Row (step, batch) of X, counted in rows.
        _rowStep = options.BatchFirst ? 1 : _batch;
        _rowBatch = options.BatchFirst ? _steps : 1;
    }

    public void Run()
    {
        if (_batch == 0)
        {
            return;
        }

        nint states = _batch * _hidden;
        long projected = TensorShape.Count([_steps, _batch, _width, sizeof(C)]);
        C* scratch = (C*)_context.Scratch(projected + (((_batch * _width) + (3 * states) + (2 * _width) + _hidden) * sizeof(C)));
        for (int direction = 0; direction < _options.Directions; direction++)
        {
            bool reverse = direction == 1 || _options.Direction == CellDirection.Reverse;
            RunDirection(direction, reverse, scratch);
        }
    }

    private void RunDirection(int direction, bool reverse, C* scratch)
    {
        nint states = _batch * _hidden;
        var memory = new CellMemory<C>
        {
            Projected = scratch,
            Gates = scratch + (_steps * _batch * _width),
        };
        memory.H = memory.Gates + (_batch * _width);
        memory.State = memory.H + states;
        memory.Temporary = memory.State + states;
        C* bias = memory.Temporary + states;
        memory.RecurrentBias = bias + _width;
        memory.Row = memory.RecurrentBias + _width;
        bool hasBias = PrepareBias(direction, bias, memory.RecurrentBias);
        Project(direction, hasBias ? bias : null, memory.Projected);
        Load(_tensors.InitialH, direction, memory.H);
        Load(_tensors.InitialC, direction, memory.State);
        var work = default(WorkCounter);
        for (nint step = 0; step < _steps; step++)
        {
            if ((step & 15) == 0 || _batch * _width * _hidden >= KernelContext.CheckEvery)
            {
                _context.ThrowIfCancelled();
            }

            Multiply(direction, reverse, step, memory);
            for (nint b = 0; b < _batch; b++)
            {
                work.Add(StateWork * _hidden);
                nint length = Length(b);
                nint time = reverse ? length - 1 - step : step;
                C* h = memory.H + (b * _hidden);
                if (step < length)
                {
                    Cell(direction, b, Projected(memory, b, time), memory);
                    Store(direction, time, b, h);
                }
                else
                {
                    Store(direction, step, b, null);
                }
            }

            if (_options.Kind == CellKind.Gru)
            {
                GruFinish(direction, reverse, step, memory);
            }
        }

        Save(_tensors.LastH, direction, memory.H);
        Save(_tensors.LastC, direction, memory.State);
    }

    private nint Length(nint b) => _tensors.Lengths is { } lengths ? (nint)Math.Clamp(Integers.At(lengths, b), 0, _steps) : _steps;

    private C* Projected(in CellMemory<C> memory, nint b, nint time) => memory.Projected + (((time * _rowStep) + (b * _rowBatch)) * _width);

    // Wb + Rb; where the GRU resets after the product, Rb of the last gate stays apart.
    private bool PrepareBias(int direction, C* bias, C* recurrent)
    {
        new Span<C>(recurrent, (int)_width).Clear();
        if (_tensors.Bias is not { } given)
        {
            return false;
        }

        C* w = (C*)given.Data + (direction * 2 * _width);
        C* r = w + _width;
        nint apart = _options is { Kind: CellKind.Gru, LinearBeforeReset: true } ? 2 * _hidden : _width;
        for (nint i = 0; i < _width; i++)
        {
            bias[i] = i < apart ? w[i] + r[i] : w[i];
            recurrent[i] = i < apart ? C.Zero : r[i];
        }

        return true;
    }

    private void Project(int direction, C* bias, C* target)
    {
        C* w = (C*)_tensors.W.Data + (direction * _width * _inputs);
        TMath.Multiply((C*)_tensors.X.Data, _tensors.PackedW?.Main(direction), w, target, _width, _steps * _batch, _width, _inputs, bias, null, 0, _context);
    }

    // gates = H × Rᵀ; a GRU that resets first multiplies z and r alone.
    private void Multiply(int direction, bool reverse, nint step, in CellMemory<C> memory)
    {
        C* r = (C*)_tensors.R.Data + (direction * _width * _hidden);
        bool resetFirst = _options is { Kind: CellKind.Gru, LinearBeforeReset: false };
        nint columns = resetFirst ? 2 * _hidden : _width;
        bool afterReset = _options is { Kind: CellKind.Gru, LinearBeforeReset: true };
        C* bias = afterReset && _tensors.Bias is not null ? memory.RecurrentBias : null;
        C* state = memory.H;
        if (_tensors.QuantizedState && typeof(C) == typeof(float))
        {
            state = memory.Temporary;
            DynamicQuantizeLstm.Requantize((float*)memory.H, (float*)state, _batch * _hidden);
        }

        TMath.Multiply(state, _tensors.PackedR?.Main(direction), r, memory.Gates, _width, _batch, columns, _hidden, bias, null, 0, _context);
    }

    private void Cell(int direction, nint b, C* projected, in CellMemory<C> memory)
    {
        C* gates = memory.Gates + (b * _width);
        C* h = memory.H + (b * _hidden);
        int hidden = (int)_hidden;
        UnaryCall f = _options.Activations[direction * _options.PerDirection];
        switch (_options.Kind)
        {
            case CellKind.Rnn:
                Add(gates, projected, _hidden);
                Activate(f, gates, _hidden);
                new Span<C>(gates, hidden).CopyTo(new Span<C>(h, hidden));
                break;
            case CellKind.Lstm:
                Add(gates, projected, _width);
                Lstm(direction, gates, h, memory.State + (b * _hidden), memory.Row);
                break;
            default:
                Add(gates, projected, 2 * _hidden);
                Activate(f, gates, 2 * _hidden);
                if (_options.LinearBeforeReset)
                {
                    // h̃ = g(Wx + r ⊙ (R h + Rb))
                    C* candidate = gates + (2 * _hidden);
                    TensorPrimitives.MultiplyAdd(Span(candidate), Span(gates + _hidden), Span(projected + (2 * _hidden)), Span(candidate));
                    GruState(direction, gates, candidate, h);
                }
                else
                {
                    TensorPrimitives.Multiply(Span(gates + _hidden), Span(h), Span(memory.Temporary + (b * _hidden)));
                }

                break;
        }
    }

    private void Lstm(int direction, C* gates, C* h, C* state, C* row)
    {
        int at = direction * 3;
        C* i = gates;
        C* o = i + _hidden;
        C* f = o + _hidden;
        C* c = f + _hidden;
        UnaryCall gate = _options.Activations[at];
        C* p = _tensors.Peepholes is { } peepholes ? (C*)peepholes.Data + (direction * 3 * _hidden) : null;
        if (p is null)
        {
            Activate(gate, gates, 3 * _hidden);
        }
        else
        {
            TensorPrimitives.MultiplyAdd(Span(p), Span(state), Span(i), Span(i));
            TensorPrimitives.MultiplyAdd(Span(p + (2 * _hidden)), Span(state), Span(f), Span(f));
            Activate(gate, i, _hidden);
            Activate(gate, f, _hidden);
        }

        if (_options.InputForget)
        {
            TensorPrimitives.Subtract(C.One, Span(i), Span(f));
        }

        Activate(_options.Activations[at + 1], c, _hidden);
        TensorPrimitives.Multiply(Span(f), Span(state), Span(state));
        TensorPrimitives.MultiplyAdd(Span(i), Span(c), Span(state), Span(state));
        if (p is not null)
        {
            TensorPrimitives.MultiplyAdd(Span(p + _hidden), Span(state), Span(o), Span(o));
            Activate(gate, o, _hidden);
        }

        Span(state).CopyTo(Span(row));
        Activate(_options.Activations[at + 2], row, _hidden);
        TensorPrimitives.Multiply(Span(o), Span(row), Span(h));
    }

    // The second half of a GRU step that resets first: h̃ = g(Wx + (r ⊙ h) Rᵀ).
    private void GruFinish(int direction, bool reverse, nint step, in CellMemory<C> memory)
    {
        if (_options.LinearBeforeReset)
        {
            return;
        }

        C* r = (C*)_tensors.R.Data + (((direction * _width) + (2 * _hidden)) * _hidden);
        TMath.Multiply(memory.Temporary, _tensors.PackedR?.Last(direction), r, memory.Gates + (2 * _hidden), _width, _batch, _hidden, _hidden, null, null, 0, _context);
        for (nint b = 0; b < _batch; b++)
        {
            nint length = Length(b);
            if (step >= length)
            {
                continue;
            }

            nint time = reverse ? length - 1 - step : step;
            C* gates = memory.Gates + (b * _width);
            C* candidate = gates + (2 * _hidden);
            C* h = memory.H + (b * _hidden);
            Add(candidate, Projected(memory, b, time) + (2 * _hidden), _hidden);
            GruState(direction, gates, candidate, h);
            Store(direction, time, b, h);
        }
    }

    // h = (1 − z) ⊙ h̃ + z ⊙ h = h̃ + z ⊙ (h − h̃)
    private void GruState(int direction, C* z, C* candidate, C* h)
    {
        Activate(_options.Activations[(direction * 2) + 1], candidate, _hidden);
        TensorPrimitives.Subtract(Span(h), Span(candidate), Span(h));
        TensorPrimitives.MultiplyAdd(Span(z), Span(h), Span(candidate), Span(h));
    }

    private void Activate(UnaryCall activation, C* x, nint count)
    {
        if (_options.Clip > 0)
        {
            C bound = C.CreateChecked(_options.Clip);
            for (nint i = 0; i < count; i++)
            {
                x[i] = C.Clamp(x[i], -bound, bound);
            }
        }

        TMath.Activate(activation, x, count);
    }

    private static void Add(C* target, C* source, nint count) =>
        TensorPrimitives.Add(new ReadOnlySpan<C>(target, (int)count), new ReadOnlySpan<C>(source, (int)count), new Span<C>(target, (int)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<C> Span(C* start) => new(start, (int)_hidden);

    // Y [S, D, B, H], or [B, S, D, H]; null stores zeros.
    private void Store(int direction, nint time, nint b, C* h)
    {
        if (_tensors.Y is not { } y)
        {
            return;
        }

        nint row = _options.BatchFirst
            ? (((b * _steps) + time) * _options.Directions) + direction
            : (((time * _options.Directions) + direction) * _batch) + b;
        var target = new Span<C>((C*)y.Data + (row * _hidden), (int)_hidden);
        if (h is null)
        {
            target.Clear();
        }
        else
        {
            Span(h).CopyTo(target);
        }
    }

    // States are [D, B, H], or [B, D, H].
    private void Load(Ir.Tensor? source, int direction, C* target)
    {
        for (nint b = 0; b < _batch; b++)
        {
            if (source is null)
            {
                Span(target + (b * _hidden)).Clear();
            }
            else
            {
                Span((C*)source.Data + (StateRow(direction, b) * _hidden)).CopyTo(Span(target + (b * _hidden)));
            }
        }
    }

    private void Save(Ir.Tensor? target, int direction, C* source)
    {
        for (nint b = 0; target is not null && b < _batch; b++)
        {
            Span(source + (b * _hidden)).CopyTo(Span((C*)target.Data + (StateRow(direction, b) * _hidden)));
        }
    }

    private nint StateRow(int direction, nint b) => _options.BatchFirst ? (b * _options.Directions) + direction : (direction * _batch) + b;
}
