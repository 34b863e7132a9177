using Inference.Kernels.Gemm;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Tests.Covering;

namespace Inference.Kernels.Tests.Recurrent;

/// <summary>The options of a recurrent layer that all kinds share, and the walk over its steps in f64.</summary>
internal sealed unsafe class LayerCase(OptionSpace space)
{
    private readonly Option<int> _steps = space.Add("steps", 1, 2, 5);
    private readonly Option<int> _batch = space.Add("batch", 1, 2, 7);
    private readonly Option<int> _input = space.Add("input", 1, 8, 17);
    private readonly Option<int> _hidden = space.Add("hidden", 1, 3, 4, 8, 9, 16, 17);
    private readonly Option<bool> _reverse = space.Add("reverse", Choices.Either);
    private readonly Option<bool> _inputBias = space.Add("input bias", Choices.Either);
    private readonly Option<bool> _hiddenBias = space.Add("hidden bias", Choices.Either);
    private readonly Option<bool> _initial = space.Add("initial state", Choices.Either);
    private readonly Option<bool> _lengths = space.Add("lengths", Choices.Either);
    private readonly Option<string> _output = space.Add("Y", "none", "dense", "apart");
    private readonly Option<int> _threads = space.Add("threads", Choices.Threads);

    public delegate void Layer(RecurrentArguments arguments, StateWalk walk);

    public int Threads => _threads.Value;

    /// <summary>Runs a layer of so many gates; it runs the kernel and then walks the formula.</summary>
    public void Check(int gates, int seed, Layer layer)
    {
        (int steps, int batch, int input, int n) = (_steps.Value, _batch.Value, _input.Value, _hidden.Value);
        int stride = (batch * n) + (_output.Value == "apart" ? 5 : 0);
        using NativeArray<float> x = Fill.Floats(steps * batch * input, seed);
        using NativeArray<float> w = Fill.Floats(gates * n * input, seed + 1, -0.5f, 0.5f);
        using NativeArray<float> r = Fill.Floats(gates * n * n, seed + 2, -0.5f, 0.5f);
        using NativeArray<float> wb = Fill.Floats(gates * n, seed + 3);
        using NativeArray<float> rb = Fill.Floats(gates * n, seed + 4);
        using NativeArray<float> h0 = Fill.Floats(batch * n, seed + 5);
        using NativeArray<int> lengths = Fill.Ints(batch, seed + 6, 0, steps + 1);
        using NativeArray<float> y = Fill.Floats(steps * stride, seed + 7);
        using var last = new NativeArray<float>(batch * n);
        using PackedMatrix pw = PackedMatrix.Create(w.Span, input, gates * n, true);
        using PackedMatrix pr = PackedMatrix.Create(r.Span, n, gates * n, true);
        var a = new RecurrentArguments
        {
            X = x.Pointer,
            InputWeights = pw,
            HiddenWeights = pr,
            InputBias = _inputBias.Value ? wb.Pointer : null,
            HiddenBias = _hiddenBias.Value ? rb.Pointer : null,
            InitialHidden = _initial.Value ? h0.Pointer : null,
            Y = _output.Value == "none" ? null : y.Pointer,
            YStepStride = stride,
            LastHidden = last.Pointer,
            SequenceLengths = _lengths.Value ? lengths.Pointer : null,
            Steps = steps,
            Batch = batch,
            InputSize = input,
            HiddenSize = n,
            Reverse = _reverse.Value,
        };
        var state = new StateWalk(a, w, r);
        layer(a, state);
        state.CheckLast(last);
        y.AssertIntact();
        last.AssertIntact();
    }
}
