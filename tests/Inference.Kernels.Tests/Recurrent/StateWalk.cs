using Inference.Kernels.Recurrent;

namespace Inference.Kernels.Tests.Recurrent;

/// <summary>The hidden states of a layer, step by step, in f64.</summary>
internal sealed unsafe class StateWalk
{
    private readonly RecurrentArguments _a;
    private readonly NativeArray<float> _w;
    private readonly NativeArray<float> _r;
    private readonly double[] _state;
    private double[] _old = [];
    private int _entry;
    private int _step;

    public StateWalk(RecurrentArguments arguments, NativeArray<float> w, NativeArray<float> r)
    {
        (_a, _w, _r) = (arguments, w, r);
        _state = new double[_a.Batch * _a.HiddenSize];
        for (int i = 0; i < _state.Length; i++)
        {
            _state[i] = _a.InitialHidden == null ? 0 : _a.InitialHidden[i];
        }
    }

    /// <summary>h'[j] of one batch entry, from W·x + Wb of gate g at j, and R·v + Rb.</summary>
    public delegate double Cell(int at, int entry, int j, Func<int, int, double> input, Func<int, int, Func<int, double>, double> hidden);

    public float* HiddenWeights => _r.Pointer;

    /// <summary>The state before the step.</summary>
    public double Old(int j) => _old[(_entry * _a.HiddenSize) + j];

    /// <summary>Walks all steps; what the kernel wrote to Y must agree.</summary>
    public void Walk(Cell cell)
    {
        int n = _a.HiddenSize;
        for (int s = 0; s < _a.Steps; s++)
        {
            _step = _a.Reverse ? _a.Steps - 1 - s : s;
            _old = [.. _state];
            for (int at = 0; at < _state.Length; at++)
            {
                _entry = at / n;
                bool over = _a.SequenceLengths != null && _step >= _a.SequenceLengths[_entry];
                _state[at] = over ? _state[at] : cell(at, _entry, at % n, Input, Hidden);
                if (_a.Y != null)
                {
                    Assert.Equal(over ? 0 : _state[at], _a.Y[(_step * _a.YStepStride) + at], 1e-5);
                }
            }
        }
    }

    public void CheckLast(NativeArray<float> last)
    {
        for (int i = 0; i < _state.Length; i++)
        {
            Assert.Equal(_state[i], last[i], 1e-5);
        }
    }

    private double Input(int gate, int j)
    {
        int row = (gate * _a.HiddenSize) + j;
        double sum = _a.InputBias == null ? 0 : _a.InputBias[row];
        for (int e = 0; e < _a.InputSize; e++)
        {
            sum += (double)_w[(row * _a.InputSize) + e] * _a.X[(((_step * _a.Batch) + _entry) * _a.InputSize) + e];
        }

        return sum;
    }

    private double Hidden(int gate, int j, Func<int, double> v)
    {
        int row = (gate * _a.HiddenSize) + j;
        double sum = _a.HiddenBias == null ? 0 : _a.HiddenBias[row];
        for (int e = 0; e < _a.HiddenSize; e++)
        {
            sum += _r[(row * _a.HiddenSize) + e] * v(e);
        }

        return sum;
    }
}
